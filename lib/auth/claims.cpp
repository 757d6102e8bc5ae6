#include "auth/claims.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "auth/json_text.h"

namespace freshet::auth {
namespace {

using nlohmann::json;
using Reason = Rejection::Reason;
using Verdict = tl::expected<void, Rejection>;

Verdict check_issuer(const json& claims, const std::string& issuer) {
  const auto* found = string_member(claims, "iss");
  if (found == nullptr && claims.contains("iss")) return reject(Reason::kClaims, "\"iss\" is no string");
  if (issuer.empty() || (found != nullptr && *found == issuer)) return {};
  return reject(Reason::kIssuer, found == nullptr ? "\"iss\" is missing" : "\"iss\" names another issuer");
}

Verdict check_audience(const json& claims, const std::string& audience) {
  const auto found = claims.find("aud");
  if (found == claims.end()) {
    if (audience.empty()) return {};
    return reject(Reason::kAudience, "\"aud\" is missing");
  }
  const bool is_list = found->is_array();
  const auto is_string = [](const json& entry) { return entry.is_string(); };
  if (!found->is_string() && !(is_list && std::all_of(found->begin(), found->end(), is_string))) {
    return reject(Reason::kClaims, "\"aud\" is neither a string nor a list of strings");
  }
  if (audience.empty() || *found == audience) return {};
  if (is_list && std::find(found->begin(), found->end(), json(audience)) != found->end()) return {};
  return reject(Reason::kAudience, "\"aud\" names another audience");
}

enum class Rounding { kDown, kUp };

/// A NumericDate (RFC 7519 §2), which may have a fraction.
tl::expected<std::optional<std::int64_t>, Rejection> read_time(const json& claims, const char* name,
                                                               Rounding rounding) {
  const auto found = claims.find(name);
  if (found == claims.end()) return std::nullopt;
  const auto outside = [&] {
    return reject(Reason::kClaims, std::string("\"") + name + "\" is no time in Unix seconds");
  };
  if (found->is_number_unsigned()) {
    const auto value = found->get<std::uint64_t>();
    if (value > static_cast<std::uint64_t>(kLastSecond)) return outside();
    return static_cast<std::int64_t>(value);
  }
  if (!found->is_number_float()) return outside();  // negative integers included
  const auto value = found->get<double>();
  if (!(value >= 0.0 && value <= static_cast<double>(kLastSecond))) return outside();
  return static_cast<std::int64_t>(rounding == Rounding::kDown ? std::floor(value) : std::ceil(value));
}

tl::expected<std::vector<std::string>, Rejection> read_globs(const json& object, const char* name) {
  std::vector<std::string> globs;
  const auto found = object.find(name);
  if (found == object.end()) return globs;
  if (!found->is_array() || found->size() > kMaxGlobs) {
    return reject(Reason::kClaims,
                  std::string("\"") + name + "\" is no list of at most " + std::to_string(kMaxGlobs) + " globs");
  }
  globs.reserve(found->size());
  for (const auto& entry : *found) {
    const auto* glob = entry.get_ptr<const std::string*>();
    if (glob == nullptr || glob->empty() || glob->size() > kMaxGlobBytes) {
      return reject(Reason::kClaims, std::string("\"") + name + "\" holds something else than globs of 1 to " +
                                         std::to_string(kMaxGlobBytes) + " bytes");
    }
    globs.push_back(*glob);
  }
  return globs;
}

Verdict read_rights(const json& claims, Identity& identity) {
  const auto own = claims.find("freshet");
  const bool namespaced = own != claims.end();
  if (namespaced && !own->is_object()) return reject(Reason::kClaims, "\"freshet\" is no object");
  auto channels = namespaced ? read_globs(*own, "subscribe") : read_globs(claims, "channels");
  if (!channels) return tl::unexpected(channels.error());
  identity.channels = std::move(*channels);
  if (!namespaced) return {};
  auto publish = read_globs(*own, "publish");
  if (!publish) return tl::unexpected(publish.error());
  identity.publish = std::move(*publish);
  return {};
}

Verdict read_subject(const json& claims, Identity& identity) {
  if (!claims.contains("sub")) return {};
  const auto* subject = string_member(claims, "sub");
  if (subject == nullptr) return reject(Reason::kClaims, "\"sub\" is no string");
  if (const auto sound = check_subject(*subject); !sound) {
    return reject(Reason::kClaims, sound.error().at("\"sub\"").message);
  }
  identity.subject = *subject;
  return {};
}

Verdict read_times(const json& claims, VerifiedToken& token) {
  const auto expires_at = read_time(claims, "exp", Rounding::kDown);
  const auto issued_at = read_time(claims, "iat", Rounding::kDown);
  const auto not_before = read_time(claims, "nbf", Rounding::kUp);
  for (const auto* time : {&expires_at, &issued_at, &not_before}) {
    if (!*time) return tl::unexpected(time->error());
  }
  token.identity.expires_at = *expires_at;
  token.identity.issued_at = *issued_at;
  token.not_before = *not_before;
  return {};
}

}  // namespace

tl::expected<VerifiedToken, Rejection> read_claims(std::string_view payload, const std::string& issuer,
                                                   const std::string& audience) {
  const auto claims = parse_json_object(payload);
  if (!claims) return reject(Reason::kMalformed, claims.error().at("the token's payload").message);
  VerifiedToken token;
  const auto verdict = check_issuer(*claims, issuer)
                           .and_then([&] { return check_audience(*claims, audience); })
                           .and_then([&] { return read_subject(*claims, token.identity); })
                           .and_then([&] { return read_rights(*claims, token.identity); })
                           .and_then([&] { return read_times(*claims, token); });
  if (!verdict) return tl::unexpected(verdict.error());
  return token;
}

}  // namespace freshet::auth
