#include "credentials.h"

#include <cstddef>
#include <functional>

#include "base/file.h"

namespace freshet {
namespace {

/// More is another file, named by mistake.
constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20U;

}  // namespace

tl::expected<Credentials, std::vector<base::Error>> load_credentials(const config::Config& config) {
  Credentials credentials;
  std::vector<base::Error> errors;
  const auto take = [&](std::string_view key, const std::string& path,
                        const std::function<base::Result<void>(const std::string&)>& use) {
    if (path.empty()) return;
    const auto text = base::read_file(path, kMaxFileBytes);
    const auto used = text ? use(*text) : tl::unexpected(text.error());
    if (!used) errors.push_back(used.error().at(path).at(key));
  };
  const auto& jwt = config.auth.jwt;
  take("auth.jwt.secret_file", jwt.secret_file, [&](const auto& text) { return credentials.keys.add_secret(text); });
  take("auth.jwt.public_key_file", jwt.public_key_file,
       [&](const auto& text) { return credentials.keys.add_pem(text); });
  take("auth.jwt.jwks_file", jwt.jwks_file, [&](const auto& text) -> base::Result<void> {
    const auto skipped = credentials.keys.add_jwks(text);
    if (!skipped) return tl::unexpected(skipped.error());
    for (const auto& reason : *skipped) credentials.notes.push_back("auth.jwt.jwks_file: " + reason);
    return {};
  });
  take("ops.publish_keys_file", config.ops.publish_keys_file, [&](const auto& text) -> base::Result<void> {
    auto keys = auth::PublishKeys::parse(text);
    if (!keys) return tl::unexpected(keys.error());
    if (keys->empty()) {
      credentials.notes.push_back("ops.publish_keys_file: " + config.ops.publish_keys_file +
                                  " holds no key: only tokens with freshet.publish are let in");
    }
    credentials.publish_keys = std::move(*keys);
    return {};
  });
  if (!errors.empty()) return tl::unexpected<std::vector<base::Error>>(std::move(errors));
  return credentials;
}

}  // namespace freshet
