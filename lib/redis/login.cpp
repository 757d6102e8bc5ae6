#include "redis/login.h"

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

bool turns_away(std::string_view error) {
  return error.starts_with("NOAUTH") || error.starts_with("DENIED") || error.starts_with("ERR max number of clients");
}

Retry retry_after(std::string_view error) {
  const bool slow = turns_away(error) || error.starts_with("WRONGPASS") || error.starts_with("NOPERM");
  return slow ? Retry::kSlow : Retry::kSoon;
}

}  // namespace freshet::redis
