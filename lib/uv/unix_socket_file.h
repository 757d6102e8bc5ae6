#pragma once

#include <string>
#include <sys/types.h>

#include "base/error.h"

namespace freshet::uv {

/// The file that a listening unix socket has made; removes it when it dies, unless something else is there by then.
class UnixSocketFile {
 public:
  /// Makes way for a socket at `path`: removes a socket file that refuses connections, and fails when a server answers
  /// on it or when the file is no socket.
  [[nodiscard]] static base::Result<void> clear_stale(const std::string& path);
  /// Takes charge of the file that `bind` has just made.
  [[nodiscard]] static base::Result<UnixSocketFile> take(std::string path);

  UnixSocketFile(UnixSocketFile&& other) noexcept;
  UnixSocketFile& operator=(UnixSocketFile&& other) noexcept;
  UnixSocketFile(const UnixSocketFile&) = delete;
  UnixSocketFile& operator=(const UnixSocketFile&) = delete;
  ~UnixSocketFile();

 private:
  UnixSocketFile(std::string path, dev_t device, ino_t inode);
  void remove() noexcept;

  std::string path_;
  dev_t device_;
  ino_t inode_;
};

}  // namespace freshet::uv
