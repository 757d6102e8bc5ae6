#include "auth/policy.h"

#include <algorithm>

#include "base/glob.h"
#include "base/text.h"

namespace freshet::auth {
namespace {

constexpr std::string_view kPlaceholder = "{sub}";
// The rule for channel names, as it is for everyone.
constexpr std::string_view kNameBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:/@~=+,";
constexpr std::size_t kMaxNameBytes = 200;

bool any_matches(const std::vector<std::string>& globs, std::string_view channel) {
  return std::any_of(globs.begin(), globs.end(),
                     [channel](const std::string& glob) { return base::glob_match(glob, channel); });
}

}  // namespace

base::Result<void> check_user_channel(std::string_view user_channel) {
  const auto at = user_channel.find(kPlaceholder);
  if (at == std::string_view::npos || user_channel.find(kPlaceholder, at + 1) != std::string_view::npos) {
    return base::fail("\"" + base::printable(user_channel, 60) + "\" does not hold {sub} exactly once");
  }
  std::string rest(user_channel);
  rest.erase(at, kPlaceholder.size());
  if (rest.find_first_not_of(kNameBytes) != std::string::npos || rest.size() >= kMaxNameBytes) {
    return base::fail("\"" + base::printable(user_channel, 60) + "\" makes no valid channel names");
  }
  return {};
}

bool is_public(const Policy& policy, std::string_view channel) { return any_matches(policy.public_channels, channel); }

bool may_read(const Policy& policy, const Identity* identity, std::string_view channel) {
  if (is_public(policy, channel)) return true;
  if (identity == nullptr) return false;
  if (any_matches(identity->channels, channel)) return true;
  const auto own = own_channel(policy, *identity);
  return own && *own == channel;
}

bool may_publish(const Identity& identity, std::string_view channel) { return any_matches(identity.publish, channel); }

base::Result<std::string> own_channel(const Policy& policy, const Identity& identity) {
  if (identity.subject.empty()) return base::fail("the identity has no subject, hence no channel of its own");
  std::string name = policy.user_channel;
  const auto at = name.find(kPlaceholder);
  if (at == std::string::npos) return base::fail("the template of users' channels does not hold {sub}");
  name.replace(at, kPlaceholder.size(), identity.subject);
  if (name.size() > kMaxNameBytes || name.find_first_not_of(kNameBytes) != std::string::npos) {
    return base::fail("the subject makes no valid channel name");
  }
  return name;
}

}  // namespace freshet::auth
