#include "server/ops/access.h"

#include <algorithm>

#include "auth/credentials.h"
#include "base/glob.h"
#include "http/problem.h"

namespace freshet::server {
namespace {

tl::unexpected<http::Response> unauthorized(std::string detail, std::string_view error) {
  auto response = http::to_response({401, std::move(detail)});
  response.headers.push_back({"WWW-Authenticate", "Bearer realm=\"freshet-ops\"" + std::string(error)});
  return tl::unexpected<http::Response>(std::move(response));
}

}  // namespace

bool OpsRights::may(std::string_view channel) const {
  return std::any_of(globs_.begin(), globs_.end(), [&](const auto& glob) { return base::glob_match(glob, channel); });
}

bool OpsRights::everywhere() const { return std::find(globs_.begin(), globs_.end(), "*") != globs_.end(); }

tl::expected<OpsRights, http::Response> OpsAccess::judge(const http::Request& request) {
  if (keys_.empty() && !exposed_) return OpsRights({"*"});
  const auto* header = request.header("Authorization");
  const auto key = header == nullptr ? std::nullopt : auth::bearer(*header);
  if (!key) {
    return unauthorized(keys_.empty() ? "this listener can be reached from other machines: ops.publish_keys_file has "
                                        "to name who may do this"
                                      : "a publish key is needed: Authorization: Bearer KEY",
                        {});
  }
  if (const auto* publisher = keys_.find(*key); publisher != nullptr) return OpsRights(publisher->globs);
  // Not a key; it may be a token that lets its bearer publish.
  const auto identity = gate_.verify(*key);
  if (identity && !identity->publish.empty()) return OpsRights(identity->publish, identity->expires_at);
  return unauthorized("this is neither a publish key nor a token with freshet.publish", ", error=\"invalid_token\"");
}

}  // namespace freshet::server
