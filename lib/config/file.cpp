#include "config/file.h"

#include <cerrno>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace freshet::config {
namespace {

tl::unexpected<base::Error> system_error(int code) { return base::fail(std::generic_category().message(code)); }

}  // namespace

base::Result<void> check_readable(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return system_error(errno);
  if (S_ISDIR(info.st_mode)) return system_error(EISDIR);
  if (::access(path.c_str(), R_OK) != 0) return system_error(errno);
  return {};
}

}  // namespace freshet::config
