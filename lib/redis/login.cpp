#include "redis/login.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>

#include "uv/errno_text.h"

namespace freshet::redis {

base::Result<std::string> current_password(const Login& login) {
  if (login.password_file.empty()) return login.password;
  const auto refuse = [&] {
    const int error = errno == 0 ? EIO : errno;
    return base::fail(login.password_key + ": " + login.password_file + ": " + uv::errno_text(error));
  };
  errno = 0;
  std::ifstream file(login.password_file, std::ios::binary);
  if (!file) return refuse();
  std::ostringstream bytes;
  bytes << file.rdbuf();  // an empty file fails, too, but not the file
  if (file.bad() || (bytes.fail() && errno != 0)) return refuse();
  auto password = std::move(bytes).str();
  if (password.ends_with('\n')) password.pop_back();
  if (password.ends_with('\r')) password.pop_back();
  return password;
}

Retry retry_after(std::string_view error) {
  constexpr std::array<std::string_view, 4> kSlowErrors{"NOAUTH", "WRONGPASS", "NOPERM", "ERR max number of clients"};
  for (const auto slow : kSlowErrors) {
    if (error.starts_with(slow)) return Retry::kSlow;
  }
  return Retry::kSoon;
}

}  // namespace freshet::redis
