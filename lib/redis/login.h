#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::redis {

/// Who to be for Redis. Nobody logs or returns the password.
struct Login {
  std::string username;  ///< empty: the default user
  std::string password;
  std::string password_file;  ///< wins over `password`; empty: none
  /// The file's key in the configuration, for errors.
  std::string password_key = "backplane.redis.password_file";
};

/// The password as it is now: the file is read anew, without the newline at its end. The error names the file's key in
/// the configuration.
base::Result<std::string> current_password(const Login& login);

/// Whether to come back soon, or not before an operator can have done something.
enum class Retry : bool { kSoon, kSlow };
/// Whether an error reply is about the client itself, whatever it was an answer to: nobody else is taken, or nobody
/// without a password, or nobody from another machine.
bool turns_away(std::string_view error);
/// What an error reply calls for: rights, passwords and the number of clients do not change within milliseconds.
Retry retry_after(std::string_view error);

}  // namespace freshet::redis
