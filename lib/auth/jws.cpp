#include "auth/jws.h"

#include "auth/base64url.h"
#include "auth/json_text.h"
#include "auth/jwk.h"
#include "base/text.h"

namespace freshet::auth {
namespace {

using Reason = Rejection::Reason;

bool is_type_accepted(std::string_view type) {
  const auto lower = base::to_lower(type);
  std::string_view name = lower;
  if (name.starts_with("application/")) name.remove_prefix(std::string_view("application/").size());
  return name == "jwt" || name == "at+jwt";
}

tl::expected<void, Rejection> read_header(std::string_view text, Jws& jws) {
  const auto header = parse_json_object(text);
  if (!header) return reject(Reason::kMalformed, header.error().at("the token's header").message);
  if (header->contains("crit") || header->contains("b64")) {
    return reject(Reason::kMalformed, "the token's header demands an extension (crit, b64)");
  }
  if (header->contains("typ")) {
    const auto* type = string_member(*header, "typ");
    if (type == nullptr || !is_type_accepted(*type)) {
      return reject(Reason::kMalformed, "the token's \"typ\" is neither JWT nor at+jwt");
    }
  }
  const auto* name = string_member(*header, "alg");
  const auto algorithm = name == nullptr ? std::nullopt : parse_algorithm(*name);
  if (!algorithm) return reject(Reason::kAlgorithm, "the token's \"alg\" is missing or not accepted");
  jws.algorithm = *algorithm;
  if (header->contains("kid")) {
    const auto* kid = string_member(*header, "kid");
    if (kid == nullptr || kid->size() > kMaxKidBytes) {
      return reject(Reason::kMalformed, "the token's \"kid\" is no string or too long");
    }
    jws.kid = *kid;
  }
  return {};
}

}  // namespace

tl::expected<Jws, Rejection> parse_jws(std::string_view token) {
  const auto parts = base::split(token, '.');
  if (parts.size() == 5) return reject(Reason::kMalformed, "an encrypted token (JWE); a signed one is needed");
  if (parts.size() != 3) return reject(Reason::kMalformed, "not a token of three parts (JWS)");
  auto header = decode_base64url(parts[0]);
  auto payload = decode_base64url(parts[1]);
  auto signature = decode_base64url(parts[2]);
  if (!header || !payload || !signature) return reject(Reason::kMalformed, "the token's parts are not base64url");
  Jws jws;
  if (const auto read = read_header(*header, jws); !read) return tl::unexpected(read.error());
  jws.signing_input = token.substr(0, parts[0].size() + 1 + parts[1].size());
  jws.payload = std::move(*payload);
  jws.signature = std::move(*signature);
  return jws;
}

}  // namespace freshet::auth
