#include "uv/unix_socket_file.h"

#include <cerrno>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "uv/errno_text.h"
#include "uv/fd.h"
#include "uv/socket_address.h"

namespace freshet::uv {

base::Result<void> UnixSocketFile::clear_stale(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return {};
    return base::fail(errno_text(errno));
  }
  if (!S_ISSOCK(info.st_mode)) return base::fail("a file that is no socket is in the way");

  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!probe) return base::fail(errno_text(errno));
  const auto address = SocketAddress::from(Address::unix_socket(path));
  if (::connect(probe.get(), address->raw(), address->length) == 0 || errno == EAGAIN || errno == EPROTOTYPE) {
    return base::fail("another server is listening there");
  }
  if (errno == ENOENT) return {};
  if (errno != ECONNREFUSED) return base::fail(errno_text(errno));
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return base::fail("remove stale socket: " + errno_text(errno));
  return {};
}

base::Result<UnixSocketFile> UnixSocketFile::take(std::string path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return base::fail(errno_text(errno));
  return UnixSocketFile(std::move(path), info.st_dev, info.st_ino);
}

UnixSocketFile::UnixSocketFile(std::string path, dev_t device, ino_t inode)
    : path_(std::move(path)), device_(device), inode_(inode) {}

UnixSocketFile::UnixSocketFile(UnixSocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

UnixSocketFile& UnixSocketFile::operator=(UnixSocketFile&& other) noexcept {
  if (this == &other) return *this;
  remove();
  path_ = std::exchange(other.path_, {});
  device_ = other.device_;
  inode_ = other.inode_;
  return *this;
}

UnixSocketFile::~UnixSocketFile() { remove(); }

void UnixSocketFile::remove() noexcept {
  if (path_.empty()) return;
  struct stat info {};
  const bool ours = ::lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ && info.st_ino == inode_;
  if (ours) ::unlink(path_.c_str());
}

}  // namespace freshet::uv
