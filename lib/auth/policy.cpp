#include "auth/policy.h"

#include "base/channel_name.h"
#include "base/glob.h"
#include "base/text.h"

namespace freshet::auth {
namespace {

constexpr std::string_view kPlaceholder = "{sub}";

}  // namespace

bool is_public(const Policy& policy, std::string_view channel) {
  return base::any_glob_matches(policy.public_channels, channel);
}

bool may_read(const Policy& policy, const Identity* identity, std::string_view channel) {
  if (is_public(policy, channel)) return true;
  if (identity == nullptr) return false;
  if (base::any_glob_matches(identity->channels, channel)) return true;
  const auto own = own_channel(policy, *identity);
  return own && *own == channel;
}

base::Result<std::string> own_channel(const Policy& policy, const Identity& identity) {
  if (identity.subject.empty()) return base::fail("the identity has no subject, hence no channel of its own");
  std::string name = policy.user_channel;
  const auto at = name.find(kPlaceholder);
  if (at == std::string::npos) return base::fail("the template of users' channels does not hold {sub}");
  name.replace(at, kPlaceholder.size(), identity.subject);
  if (!base::check_channel_name(name)) return base::fail("the subject makes no valid channel name");
  return name;
}

}  // namespace freshet::auth
