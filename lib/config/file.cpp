#include "config/file.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/fd.h"

namespace freshet::config {
namespace {

tl::unexpected<base::Error> system_error(int code) { return base::fail(std::generic_category().message(code)); }

}  // namespace

base::Result<std::string> read_file(const std::string& path, std::size_t limit_bytes) {
  const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_error(errno);
  std::string content;
  std::array<char, 16384> chunk{};
  while (true) {
    const auto got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno);
    if (got == 0) return content;
    content.append(chunk.data(), static_cast<std::size_t>(got));
    if (content.size() > limit_bytes) return base::fail("is larger than " + std::to_string(limit_bytes) + " bytes");
  }
}

base::Result<void> check_readable(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return system_error(errno);
  if (S_ISDIR(info.st_mode)) return system_error(EISDIR);
  if (::access(path.c_str(), R_OK) != 0) return system_error(errno);
  return {};
}

}  // namespace freshet::config
