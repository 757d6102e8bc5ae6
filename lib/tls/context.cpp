#include "tls/context.h"

#include <cerrno>
#include <new>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <system_error>
#include <tuple>
#include <utility>

namespace freshet::tls {
namespace {

/// A key that is encrypted is an error, not a reason to ask for its password on the terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

/// The reason of the last failed call; `wanted` is what the file should hold.
std::string reason(std::string_view wanted) {
  const auto code = ERR_peek_error();
  const int why = ERR_GET_REASON(code);
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(why);
  const int library = ERR_GET_LIB(code);
  const bool nothing_there = (library == ERR_LIB_PEM && why == PEM_R_NO_START_LINE) ||
                             (library == ERR_LIB_X509 && why == X509_R_NO_CERTIFICATE_OR_CRL_FOUND) ||
                             why == ERR_R_UNSUPPORTED || code == 0;
  if (nothing_there) return "no " + std::string(wanted) + " in PEM format in it";
  const auto* text = ERR_reason_error_string(code);
  return "not a usable " + std::string(wanted) + (text == nullptr ? "" : " (" + std::string(text) + ")");
}

using Errors = std::vector<base::Error>;

void add_authorities(SSL_CTX* context, const Context::Options& options, Errors& errors) {
  const auto& file = options.ca_file;
  if (file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    ERR_clear_error();  // a system without a store believes nobody, which verification will say
  } else if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
    errors.push_back(base::Error{reason("certificate")}.at(file).at(options.key_prefix + "ca_file"));
  }
}

void add_identity(SSL_CTX* context, const Context::Options& options, Errors& errors) {
  const auto& [cert_file, key_file] = std::tie(options.cert_file, options.key_file);
  if (cert_file.empty() && key_file.empty()) return;
  const auto refuse = [&](std::string_view key, const std::string& file, std::string why) {
    errors.push_back(base::Error{std::move(why)}.at(file).at(options.key_prefix + std::string(key)));
  };
  if (SSL_CTX_use_certificate_chain_file(context, cert_file.c_str()) != 1) {
    return refuse("cert_file", cert_file, reason("certificate"));
  }
  bool encrypted = false;
  SSL_CTX_set_default_passwd_cb(context, no_password);
  SSL_CTX_set_default_passwd_cb_userdata(context, &encrypted);
  const bool fits = SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) == 1 &&
                    SSL_CTX_check_private_key(context) == 1;
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  if (fits) return;
  const auto code = ERR_peek_error();
  const bool mismatch = ERR_GET_LIB(code) == ERR_LIB_X509 && (ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH ||
                                                              ERR_GET_REASON(code) == X509_R_KEY_TYPE_MISMATCH);
  const auto why = reason("private key");
  if (encrypted) return refuse("key_file", key_file, "is encrypted (openssl pkey makes a plain one of it)");
  refuse("key_file", key_file, mismatch ? "is not the key of the certificate in " + cert_file : why);
}

}  // namespace

void Context::Free::operator()(ssl_ctx_st* raw) const { SSL_CTX_free(raw); }

Context::Context(Handle raw, const Options& options)
    : raw_(std::move(raw)), server_name_(options.server_name), verify_(options.verify) {}

tl::expected<Context, std::vector<base::Error>> Context::load(const Options& options) {
  ERR_clear_error();
  Handle raw(SSL_CTX_new(TLS_client_method()));
  if (!raw) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(raw.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(raw.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(raw.get(), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(raw.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(raw.get(), options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  Errors errors;
  add_authorities(raw.get(), options, errors);
  add_identity(raw.get(), options, errors);
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return Context(std::move(raw), options);
}

}  // namespace freshet::tls
