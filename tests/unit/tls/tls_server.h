#pragma once

#include <array>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string>
#include <string_view>

#include "unit/tls/authority.h"

namespace freshet::test {

/// The server's side of a TLS connection, in memory. Bytes from the client go in, bytes for it come out.
class TlsServer {
 public:
  struct Options {
    int oldest = 0;  ///< TLS versions; 0: what OpenSSL finds good
    int newest = 0;
    std::string client_authority;  ///< PEM: who must have signed the client's certificate; empty: none is asked for
  };

  explicit TlsServer(const Identity& identity) : TlsServer(identity, Options()) {}
  TlsServer(const Identity& identity, const Options& options) : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_set_security_level(context_.get(), 0);  // an old version is there for the client to refuse
    SSL_CTX_set_min_proto_version(context_.get(), options.oldest);
    SSL_CTX_set_max_proto_version(context_.get(), options.newest);
    const Bio certificate(BIO_new_mem_buf(identity.certificate.data(), static_cast<int>(identity.certificate.size())));
    const Certificate x509(PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr));
    const Bio key(BIO_new_mem_buf(identity.key.data(), static_cast<int>(identity.key.size())));
    const Key pkey(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
    REQUIRE(SSL_CTX_use_certificate(context_.get(), x509.get()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context_.get(), pkey.get()) == 1);
    if (!options.client_authority.empty()) {
      const auto& pem = options.client_authority;
      const Bio authority(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
      const Certificate trusted(PEM_read_bio_X509(authority.get(), nullptr, nullptr, nullptr));
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), trusted.get());
      SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    ssl_.reset(SSL_new(context_.get()));
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in_, -1);
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_accept_state(ssl_.get());
  }

  /// Takes bytes from the client; what they say goes to `received`.
  void feed(std::string_view bytes) {
    if (!bytes.empty()) BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
    std::array<char, 4096> buffer{};
    std::size_t taken = 0;
    ERR_clear_error();
    while (SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &taken) == 1) received.append(buffer.data(), taken);
    ended = SSL_get_error(ssl_.get(), 0) == SSL_ERROR_ZERO_RETURN;
    if (const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name); name != nullptr) asked_for = name;
  }
  /// What the client should get.
  std::string take_output() {
    std::string bytes(BIO_ctrl_pending(out_), '\0');
    if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
  [[nodiscard]] bool is_open() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  void say(std::string_view plaintext) {
    std::size_t taken = 0;
    REQUIRE(SSL_write_ex(ssl_.get(), plaintext.data(), plaintext.size(), &taken) == 1);
  }
  void end() { SSL_shutdown(ssl_.get()); }
  /// Asks for another key, and to be answered.
  void ask_for_key_update() {
    SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
    SSL_do_handshake(ssl_.get());
  }
  [[nodiscard]] std::string version() const { return SSL_get_version(ssl_.get()); }

  std::string received;
  std::string asked_for;  ///< SNI
  bool ended = false;

 private:
  std::unique_ptr<SSL_CTX, base::FreeWith<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, base::FreeWith<SSL_free>> ssl_;
  BIO* in_ = nullptr;
  BIO* out_ = nullptr;
};

}  // namespace freshet::test
