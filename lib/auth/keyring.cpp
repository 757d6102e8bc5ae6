#include "auth/keyring.h"

#include <algorithm>
#include <iterator>

#include "auth/json_text.h"
#include "auth/jwk.h"
#include "auth/pem.h"
#include "base/text.h"

namespace freshet::auth {
namespace {

std::string place_of(const nlohmann::json& jwk, std::size_t number) {
  const auto* id = jwk.is_object() ? string_member(jwk, "kid") : nullptr;
  return "key " + std::to_string(number) + (id == nullptr ? "" : " (kid \"" + base::printable(*id, 60) + "\")");
}

}  // namespace

base::Result<void> Keyring::add(Key key) {
  if (keys_.size() >= kMaxKeys) return base::fail("more than " + std::to_string(kMaxKeys) + " keys");
  keys_.push_back(std::move(key));
  return {};
}

base::Result<void> Keyring::add_secret(std::string_view contents) {
  if (contents.ends_with('\n')) contents.remove_suffix(contents.ends_with("\r\n") ? 2 : 1);
  auto key = Key::from_secret(contents);
  if (!key) return tl::unexpected(key.error());
  return add(std::move(*key));
}

base::Result<void> Keyring::add_pem(std::string_view contents) {
  auto keys = read_pem(contents);
  if (!keys) return tl::unexpected(keys.error());
  if (keys->size() > kMaxKeys - keys_.size()) return base::fail("more than " + std::to_string(kMaxKeys) + " keys");
  std::move(keys->begin(), keys->end(), std::back_inserter(keys_));
  return {};
}

base::Result<std::vector<std::string>> Keyring::add_jwks(std::string_view text) {
  if (text.size() > kMaxJwksBytes) {
    return base::fail("a JWK set of more than " + std::to_string(kMaxJwksBytes) + " bytes");
  }
  const auto set = parse_json_object(text);
  if (!set) return tl::unexpected(set.error().at("JWK set"));
  const auto entries = set->find("keys");
  if (entries == set->end() || !entries->is_array()) return base::fail("JWK set: the list \"keys\" is missing");
  std::vector<std::string> skipped;
  std::size_t number = 0;
  for (const auto& jwk : *entries) {
    ++number;
    const auto added = read_jwk(jwk).and_then([this](Key key) { return add(std::move(key)); });
    if (!added) skipped.push_back(added.error().at(place_of(jwk, number)).message);
  }
  return skipped;
}

Keyring::Candidates Keyring::candidates(const std::optional<std::string>& kid, Algorithm algorithm) const {
  const bool known = !kid || std::any_of(keys_.begin(), keys_.end(), [&](const Key& key) { return key.id() == *kid; });
  Candidates found{{}, known && !keys_.empty()};
  for (const auto& key : keys_) {
    if (kid && key.id() != (known ? std::string_view(*kid) : std::string_view())) continue;
    if (key.fits(algorithm) && found.keys.size() < kMaxTries) found.keys.push_back(&key);
  }
  return found;
}

}  // namespace freshet::auth
