#include "credentials.h"

#include <cerrno>
#include <fstream>
#include <functional>
#include <sstream>
#include <system_error>

namespace freshet {
namespace {

base::Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    if (file && file.peek() == std::ifstream::traits_type::eof()) return std::string();
    return base::fail(std::generic_category().message(errno));
  }
  return text.str();
}

}  // namespace

tl::expected<Credentials, std::vector<base::Error>> load_credentials(const config::Config& config,
                                                                     std::string_view fetched_jwks) {
  Credentials credentials;
  std::vector<base::Error> errors;
  const auto take = [&](std::string_view key, const std::string& path,
                        const std::function<base::Result<void>(const std::string&)>& use) {
    if (path.empty()) return;
    const auto text = read_file(path);
    const auto used = text ? use(*text) : tl::unexpected(text.error());
    if (!used) errors.push_back(used.error().at(path).at(key));
  };
  const auto add_jwks = [&](std::string_view text, const std::string& place) -> base::Result<void> {
    auto skipped = credentials.keys.add_jwks(text);
    if (!skipped) return tl::unexpected(skipped.error());
    for (const auto& reason : *skipped) credentials.notes.push_back(base::Error{reason}.at(place).message);
    return {};
  };

  const auto& jwt = config.auth.jwt;
  take("auth.jwt.secret_file", jwt.secret_file, [&](const auto& text) { return credentials.keys.add_secret(text); });
  take("auth.jwt.public_key_file", jwt.public_key_file,
       [&](const auto& text) { return credentials.keys.add_pem(text); });
  take("auth.jwt.jwks_file", jwt.jwks_file, [&](const auto& text) { return add_jwks(text, "auth.jwt.jwks_file"); });
  take("ops.publish_keys_file", config.ops.publish_keys_file, [&](const auto& text) -> base::Result<void> {
    auto keys = auth::PublishKeys::parse(text);
    if (!keys) return tl::unexpected(keys.error());
    credentials.publish_keys = std::move(*keys);
    return {};
  });
  if (!fetched_jwks.empty()) {
    if (const auto used = add_jwks(fetched_jwks, "auth.jwt.jwks_url"); !used) {
      errors.push_back(used.error().at("auth.jwt.jwks_url"));
    }
  }
  if (!errors.empty()) return tl::unexpected<std::vector<base::Error>>(std::move(errors));
  return credentials;
}

}  // namespace freshet
