#include "auth/verifier.h"

#include <algorithm>
#include <utility>

#include "auth/claims.h"

namespace freshet::auth {
namespace {

using Reason = Rejection::Reason;

}  // namespace

Verifier::Verifier(Options options, Keyring keys)
    : options_(std::move(options)), keys_(std::move(keys)), cache_(options_.cache_entries) {}

tl::expected<Identity, Rejection> Verifier::verify(std::string_view token, std::int64_t now_s) {
  if (token.size() > kMaxTokenBytes) {
    return reject(Reason::kMalformed, "a token of more than " + std::to_string(kMaxTokenBytes) + " bytes");
  }
  const auto digest = TokenCache::digest_of(token);
  if (const auto* known = cache_.find(digest)) {
    auto identity = at_time(*known, now_s);
    if (!identity) cache_.erase(digest);
    return identity;
  }
  auto checked = check(token);
  if (!checked) return tl::unexpected(std::move(checked.error()));
  auto identity = at_time(*checked, now_s);
  if (identity) cache_.insert(digest, std::move(*checked));
  return identity;
}

tl::expected<VerifiedToken, Rejection> Verifier::check(std::string_view token) const {
  const auto jws = parse_jws(token);
  if (!jws) return tl::unexpected(jws.error());
  const auto [candidates, known] = keys_.candidates(jws->kid, jws->algorithm);
  const bool good = std::any_of(candidates.begin(), candidates.end(), [&](const Key* key) {
    return key->verify(jws->algorithm, jws->signing_input, jws->signature);
  });
  if (good) return read_claims(jws->payload, options_.issuer, options_.audience);
  auto rejection = rejection_of(*jws, known, candidates.empty());
  if (!known || !jws->kid) rejection.wanted_key = jws->kid.value_or("");
  return tl::unexpected(std::move(rejection));
}

Rejection Verifier::rejection_of(const Jws& jws, bool known, bool unfit) const {
  if (!known) {
    return {Reason::kUnknownKey, keys_.empty() ? "there are no keys yet" : "no key has the token's \"kid\""};
  }
  if (unfit) {
    return {Reason::kAlgorithm, "no key is for " + std::string(to_string(jws.algorithm)) +
                                    " (a shared secret must be as long as its hash)"};
  }
  return {Reason::kSignature, "the signature is wrong"};
}

tl::expected<Identity, Rejection> Verifier::at_time(const VerifiedToken& token, std::int64_t now_s) const {
  const auto leeway = options_.leeway.count();
  const auto& identity = token.identity;
  if (token.not_before && *token.not_before > now_s + leeway) {
    return reject(Reason::kNotYet, "the token is not valid yet (\"nbf\")");
  }
  if (identity.issued_at && *identity.issued_at > now_s + leeway) {
    return reject(Reason::kNotYet, "the token comes from the future (\"iat\")");
  }
  if (identity.expires_at && *identity.expires_at <= now_s - leeway) {
    return reject(Reason::kExpired, "the token has expired");
  }
  return identity;
}

void Verifier::set_keys(Keyring keys) {
  keys_ = std::move(keys);
  cache_.clear();
}

void Verifier::set_options(Options options) {
  options_ = std::move(options);
  cache_ = TokenCache(options_.cache_entries);
}

}  // namespace freshet::auth
