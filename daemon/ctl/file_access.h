#pragma once

#include <cstdint>
#include <string>

namespace freshet::ctl {

/// For whom the rights of files are told: a user who is kept out by them.

enum class Access : std::uint8_t { kRead, kWrite };

/// Whether this user is kept out. A socket is connected to by who may write to it.
bool is_forbidden(const std::string& path, Access access);
/// Who is not: `only root and the group freshet may`. Empty when the file's rights are not what keeps this user out.
std::string who_may(const std::string& path, Access access);
/// What such a user can do about it.
std::string how_to_be_let_in(const std::string& path, Access access);

}  // namespace freshet::ctl
