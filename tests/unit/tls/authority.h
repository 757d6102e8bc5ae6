#pragma once

#include <catch2/catch.hpp>
#include <fstream>
#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string>
#include <utility>

#include "base/free_with.h"

namespace freshet::test {

using Bio = std::unique_ptr<BIO, base::FreeWith<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, base::FreeWith<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, base::FreeWith<EVP_PKEY_free>>;

/// A certificate with its key, both in PEM.
struct Identity {
  std::string certificate;
  std::string key;
};

/// Signs certificates for a test, with keys that are made at once (P-256).
class Authority {
 public:
  explicit Authority(const std::string& name = "Test Authority") : name_(name), key_(make_key()) {
    certificate_ = sign(name, "CA:TRUE", "", 3600, *key_);
  }

  [[nodiscard]] std::string certificate() const { return pem(*certificate_); }

  /// `names` as OpenSSL's configuration has them: `DNS:redis.test,IP:127.0.0.1`. Valid until `seconds` from now.
  [[nodiscard]] Identity issue(const std::string& names, long seconds = 3600) const {
    const auto key = make_key();
    return {pem(*sign("somebody", "CA:FALSE", names, seconds, *key)), key_pem(*key)};
  }

  /// The key as it is kept by people who lock it up.
  [[nodiscard]] std::string encrypted_key() const { return key_pem(*key_, "secret"); }

 private:
  static Key make_key() { return Key(EVP_EC_gen("P-256")); }

  static std::string text_of(const Bio& bio) {
    char* text = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }
  static std::string pem(X509& certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    REQUIRE(PEM_write_bio_X509(bio.get(), &certificate) == 1);
    return text_of(bio);
  }
  static std::string key_pem(EVP_PKEY& key, std::string password = {}) {
    const Bio bio(BIO_new(BIO_s_mem()));
    const auto* cipher = password.empty() ? nullptr : EVP_aes_128_cbc();
    REQUIRE(PEM_write_bio_PKCS8PrivateKey(bio.get(), &key, cipher, password.data(), static_cast<int>(password.size()),
                                          nullptr, nullptr) == 1);
    return text_of(bio);
  }

  static void extend(X509& certificate, int what, const std::string& value) {
    const std::unique_ptr<X509_EXTENSION, base::FreeWith<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str()));
    REQUIRE(extension);
    REQUIRE(X509_add_ext(&certificate, extension.get(), -1) == 1);
  }

  static void name_it(X509_NAME* name, const std::string& text) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    REQUIRE(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, static_cast<int>(text.size()), -1, 0) == 1);
  }

  [[nodiscard]] Certificate sign(const std::string& subject, const std::string& constraints, const std::string& names,
                                 long seconds, EVP_PKEY& key) const {
    Certificate certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -7200);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), seconds);
    name_it(X509_get_subject_name(certificate.get()), subject);
    name_it(X509_get_issuer_name(certificate.get()), name_);
    X509_set_pubkey(certificate.get(), &key);
    extend(*certificate, NID_basic_constraints, constraints);
    if (!names.empty()) extend(*certificate, NID_subject_alt_name, names);
    REQUIRE(X509_sign(certificate.get(), key_.get(), EVP_sha256()) > 0);
    return certificate;
  }

  std::string name_;
  Key key_;
  Certificate certificate_;
};

/// Writes `text` and gives the path back, for options.
inline std::string put(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  return path;
}

}  // namespace freshet::test
