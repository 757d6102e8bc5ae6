#pragma once

#include <array>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string>
#include <string_view>

#include "auth/keyring.h"
#include "support/jwt_fixtures.h"

namespace freshet::auth::test {

inline std::string encode_base64url(std::string_view bytes) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  unsigned pending = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    pending = (pending << 8U | static_cast<unsigned char>(c)) & 0xffffU;
    for (bits += 8; bits >= 6; bits -= 6) out += kAlphabet[(pending >> (bits - 6)) & 63U];
  }
  if (bits > 0) out += kAlphabet[(pending << (6 - bits)) & 63U];
  return out;
}

inline std::string hmac(const EVP_MD* hash, std::string_view key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(hash, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(message.data()),
       message.size(), mac.data(), &size);
  return {mac.begin(), mac.begin() + size};
}

/// 64 bytes.
inline std::string secret() {
  std::string bytes;
  for (std::size_t i = 0; i < fixtures::kSecretHex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(fixtures::kSecretHex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

/// A token with these very texts inside and a good HS256 signature.
inline std::string sign(std::string_view header, std::string_view payload, std::string_view key = secret()) {
  const std::string input = encode_base64url(header) + '.' + encode_base64url(payload);
  return input + '.' + encode_base64url(hmac(EVP_sha256(), key, input));
}

inline std::string sign(std::string_view payload) { return sign(R"({"alg":"HS256"})", payload); }

inline Keyring fixture_keys() {
  Keyring keys;
  static_cast<void>(keys.add_jwks(fixtures::kJwks));
  return keys;
}

inline Keyring secret_keys() {
  Keyring keys;
  static_cast<void>(keys.add_secret(secret()));
  return keys;
}

}  // namespace freshet::auth::test
