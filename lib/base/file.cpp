#include "base/file.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include "base/fd.h"

namespace freshet::base {

Result<std::string> read_file(const std::string& path, std::size_t limit_bytes) {
  const auto system_error = [] { return fail(std::generic_category().message(errno)); };
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));  // NOLINT(cppcoreguidelines-pro-type-vararg)
  if (!file) return system_error();
  std::string content;
  std::array<char, 16384> chunk{};
  while (true) {
    const auto got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error();
    if (got == 0) return content;
    content.append(chunk.data(), static_cast<std::size_t>(got));
    if (content.size() > limit_bytes) return fail("is larger than " + std::to_string(limit_bytes) + " bytes");
  }
}

}  // namespace freshet::base
