#include "redis/login.h"

#include <cstddef>
#include <utility>

#include "base/file.h"

namespace freshet::redis {
namespace {

/// More is another file, named by mistake.
constexpr std::size_t kMaxPasswordBytes = std::size_t{1} << 20U;

}  // namespace

base::Result<std::string> current_password(const Login& login) {
  if (login.password_file.empty()) return login.password;
  auto read = base::read_file(login.password_file, kMaxPasswordBytes);
  if (!read) return tl::unexpected(read.error().at(login.password_file).at(login.password_key));
  auto password = *std::move(read);
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
