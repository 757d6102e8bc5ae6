#include "auth/identity.h"

#include <algorithm>

#include "base/text.h"

namespace freshet::auth {

base::Result<void> check_subject(std::string_view subject) {
  if (subject.empty() || subject.size() > kMaxSubjectBytes) {
    return base::fail("not 1 to " + std::to_string(kMaxSubjectBytes) + " bytes long");
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(subject.begin(), subject.end(), is_control)) return base::fail("has control characters");
  return {};
}

base::Result<Identity> identity_from_headers(std::string_view user, std::string_view channels) {
  Identity identity;
  if (const auto sound = check_subject(user); !sound) return tl::unexpected(sound.error().at("the user"));
  identity.subject = user;
  for (const auto glob : base::split(channels, ' ')) {
    if (glob.empty()) continue;
    if (glob.size() > kMaxGlobBytes)
      return base::fail("a glob of more than " + std::to_string(kMaxGlobBytes) + " bytes");
    if (identity.channels.size() == kMaxGlobs) return base::fail("more than " + std::to_string(kMaxGlobs) + " globs");
    identity.channels.emplace_back(glob);
  }
  return identity;
}

}  // namespace freshet::auth
