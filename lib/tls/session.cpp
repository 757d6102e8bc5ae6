#include "tls/session.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <new>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <utility>

#include "tls/context.h"

namespace freshet::tls {
namespace {

/// What a server may make a client answer without ever taking it.
constexpr std::size_t kTooMuchOutputBytes = 2 * Session::kMaxOutputBytes;
/// OpenSSL numbers the errors that report an alert from here on.
constexpr int kFirstAlert = SSL_AD_REASON_OFFSET;

bool is_ip_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, text.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), address.data()) == 1;
}

bool is_mismatch(long verified) {
  return verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH;
}

/// What comes from a port where nobody speaks TLS.
bool is_no_tls(int reason) { return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_PACKET_LENGTH_TOO_LONG; }

}  // namespace

void Session::Free::operator()(ssl_st* raw) const { SSL_free(raw); }

Session::Session(const Context& context, const std::string& host)
    : raw_(SSL_new(context.raw())),
      in_(BIO_new(BIO_s_mem())),
      out_(BIO_new(BIO_s_mem())),
      name_(context.server_name().empty() ? host : context.server_name()) {
  if (!raw_ || in_ == nullptr || out_ == nullptr) throw std::bad_alloc();
  BIO_set_mem_eof_return(in_, -1);  // an empty buffer is not the end
  SSL_set_bio(raw_.get(), in_, out_);
  SSL_set_connect_state(raw_.get());
  expect_name(context.verifies());
  if (!failure_) (void)shake_hands();
}

void Session::expect_name(bool verify) {
  if (name_.ends_with('.')) name_.pop_back();
  const bool is_address = is_ip_address(name_);
  bool expected = !name_.empty();
  if (expected && verify) {
    auto* rules = SSL_get0_param(raw_.get());
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    expected = (is_address ? X509_VERIFY_PARAM_set1_ip_asc(rules, name_.c_str())
                           : X509_VERIFY_PARAM_set1_host(rules, name_.data(), name_.size())) == 1;
  }
  if (expected && !is_address) {
    // SSL_set_tlsext_host_name, whose macro holds a cast in C's style.
    expected = SSL_ctrl(raw_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name_.data()) == 1;
  }
  // Without a name every certificate of a known authority would do.
  if (!expected && verify) failure_ = {"there is no name that the server's certificate could be checked against"};
}

base::Result<bool> Session::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(raw_.get());
  const auto collected = collect_output();
  open_ = result == 1;
  if (open_) return true;
  if (const auto judged = judge(result); !judged) return tl::unexpected(judged.error());
  if (!collected) return tl::unexpected(collected.error());
  return false;
}

void Session::feed(std::string_view bytes) {
  if (!bytes.empty()) BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
}

base::Result<std::size_t> Session::read(std::span<char> into) {
  if (failure_) return tl::unexpected(*failure_);
  if (!open_) {
    const auto opened = shake_hands();
    if (!opened) return tl::unexpected(opened.error());
    if (!*opened) return 0;
  }
  ERR_clear_error();
  std::size_t taken = 0;
  const int result = SSL_read_ex(raw_.get(), into.data(), into.size(), &taken);
  // Reading may answer: a new key, or an alert.
  const auto collected = collect_output();
  if (result == 1) return taken;
  if (const auto judged = judge(result); !judged) return tl::unexpected(judged.error());
  if (!collected) return tl::unexpected(collected.error());
  return 0;
}

base::Result<std::size_t> Session::write(std::string_view plaintext) {
  if (failure_) return tl::unexpected(*failure_);
  const auto waiting = output().size();
  if (!open_ || plaintext.empty() || waiting >= kMaxOutputBytes) return 0;
  ERR_clear_error();
  const auto size = std::min(plaintext.size(), kMaxOutputBytes - waiting);
  std::size_t taken = 0;
  const int result = SSL_write_ex(raw_.get(), plaintext.data(), size, &taken);
  const auto collected = collect_output();
  if (result != 1) {
    if (const auto judged = judge(result); !judged) return tl::unexpected(judged.error());
  }
  if (!collected) return tl::unexpected(collected.error());
  return taken;
}

void Session::end() {
  if (!open_ || failure_) return;
  ERR_clear_error();
  SSL_shutdown(raw_.get());
  (void)collect_output();
}

void Session::sent(std::size_t size) {
  sent_ += size;
  if (sent_ == output_.size()) {
    output_.clear();
    sent_ = 0;
  } else if (sent_ > kMaxOutputBytes) {
    output_.erase(0, sent_);
    sent_ = 0;
  }
}

base::Result<void> Session::collect_output() {
  const auto waiting = BIO_ctrl_pending(out_);
  if (waiting == 0) return {};
  const auto before = output_.size();
  output_.resize(before + waiting);
  BIO_read(out_, output_.data() + before, static_cast<int>(waiting));
  if (output().size() > kTooMuchOutputBytes && !failure_) failure_ = {"the server does not read what it asks for"};
  if (failure_) return tl::unexpected(*failure_);
  return {};
}

base::Result<void> Session::judge(int result) {
  const int kind = SSL_get_error(raw_.get(), result);
  if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE) return {};
  if (kind == SSL_ERROR_ZERO_RETURN) {
    ended_ = true;
    return {};
  }
  if (!failure_) failure_ = {describe_failure()};
  ERR_clear_error();
  return tl::unexpected(*failure_);
}

std::string Session::describe_failure() const {
  const auto code = ERR_peek_last_error();
  const int why = ERR_GET_REASON(code);
  const bool of_ssl = ERR_GET_LIB(code) == ERR_LIB_SSL;
  const auto* words = ERR_reason_error_string(code);
  std::string text = words == nullptr ? "broken for an unknown reason" : words;
  if (of_ssl && why == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    const auto verified = SSL_get_verify_result(raw_.get());
    text.append(": ").append(X509_verify_cert_error_string(verified));
    if (is_mismatch(verified)) text.append(": it is not for ").append(name_);
    return text;
  }
  if (of_ssl && why >= kFirstAlert) {
    constexpr std::string_view kBefore = "alert ";
    if (const auto at = text.find(kBefore); at != std::string::npos) text.erase(0, at + kBefore.size());
    return "the server refused: " + text;
  }
  if (of_ssl && !open_ && is_no_tls(why)) return "the server does not speak TLS (" + text + ")";
  return text;
}

}  // namespace freshet::tls
