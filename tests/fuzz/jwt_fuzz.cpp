// Tokens of any bytes: no crash, and what is accepted is byte by byte one that the holders of the keys signed. An input
// is the token; with `~` in front its rest is the payload of a token with a good signature, so that claims are reached.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "auth/base64url.h"
#include "auth/verifier.h"
#include "unit/auth/sign.h"

using freshet::auth::decode_base64url;
using freshet::auth::Identity;
using freshet::auth::kMaxGlobBytes;
using freshet::auth::kMaxGlobs;
using freshet::auth::kMaxSubjectBytes;
using freshet::auth::Verifier;
using freshet::auth::test::encode_base64url;
using freshet::auth::test::fixture_keys;
using freshet::auth::test::sign;
namespace fixtures = freshet::fixtures;

namespace {

constexpr std::int64_t kNow = fixtures::kIssuedAt + 100;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_signed_by_fixture(std::string_view token) {
  return std::any_of(std::begin(fixtures::kSigned), std::end(fixtures::kSigned),
                     [token](const auto& entry) { return token == entry.token || token == entry.bare; });
}

void check_globs(const std::vector<std::string>& globs) {
  require(globs.size() <= kMaxGlobs);
  for (const auto& glob : globs) require(!glob.empty() && glob.size() <= kMaxGlobBytes);
}

void check_identity(const Identity& identity) {
  require(identity.subject.size() <= kMaxSubjectBytes);
  check_globs(identity.channels);
  check_globs(identity.publish);
  require(!identity.expires_at || *identity.expires_at > kNow - 5);
  require(!identity.issued_at || (*identity.issued_at >= 0 && *identity.issued_at <= kNow + 5));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Made once: parsing the keys takes far longer than a token.
  static Verifier verifier({}, fixture_keys());
  const std::string input(data, data + size);
  const bool is_payload = input.starts_with('~');
  const std::string token = is_payload ? sign(std::string_view(input).substr(1)) : input;
  const auto identity = verifier.verify(token, kNow);
  require(verifier.verify(token, kNow) == identity);  // the remembered answer is the same
  if (!identity) {
    require(!identity.error().description.empty());
  } else {
    require(is_payload || is_signed_by_fixture(token));
    check_identity(*identity);
  }
  if (const auto bytes = decode_base64url(input)) require(encode_base64url(*bytes) == input);
  return 0;
}
