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

bool OpsRights::may(std::string_view channel) const { return base::any_glob_matches(globs_, channel); }

bool OpsRights::everywhere() const { return std::find(globs_.begin(), globs_.end(), "*") != globs_.end(); }

tl::expected<OpsRights, http::Response> OpsAccess::judge(const http::Request& request) {
  if (!keys_ && !exposed_) return OpsRights(std::vector<std::string>{"*"});
  const auto* header = request.header("Authorization");
  const auto key = header == nullptr ? std::nullopt : auth::bearer(*header);
  if (!key) {
    return unauthorized(keys_ ? "a publish key is needed: Authorization: Bearer KEY"
                              : "this listener can be reached from other machines: ops.publish_keys_file has to name "
                                "who may do this",
                        {});
  }
  if (const auto* publisher = keys_ ? keys_->find(*key) : nullptr) return OpsRights(publisher->globs);
  return judge_token(*key);
}

/// It is no key, but may be a token that lets its bearer publish.
tl::expected<OpsRights, http::Response> OpsAccess::judge_token(std::string_view token) {
  constexpr std::string_view kInvalid = ", error=\"invalid_token\"";
  auto identity = gate_.verify(token);
  if (!identity && identity.error().for_now) {
    return tl::unexpected(http::to_response({503, "the key of this token is still to be fetched: try again"}));
  }
  if (!identity || identity->publish.empty()) {
    return unauthorized("this is neither a publish key nor a token with freshet.publish", kInvalid);
  }
  if (barred_(*identity))
    return unauthorized("the user of this token was disconnected, and barred for a time", kInvalid);
  return OpsRights(std::move(*identity));
}

}  // namespace freshet::server
