#pragma once

#include <array>
#include <curl/curl.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/free_with.h"
#include "ctl/http.h"

namespace freshet::ctl {

/// Transfers under way. Must outlive them.
using Multi = std::unique_ptr<CURLM, base::FreeWith<curl_multi_cleanup>>;

/// One request on its way, from the moment it is made. Stays where it is: libcurl points to it.
class Transfer {
 public:
  Transfer(CURLM* multi, HttpRequest request);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Libcurl says that it has ended so.
  void end(CURLcode code);
  [[nodiscard]] CURL* handle() const { return easy_.get(); }
  [[nodiscard]] bool ended() const { return code_.has_value(); }
  [[nodiscard]] bool has_head() const { return has_head_; }
  [[nodiscard]] const HttpHead& head() const { return head_; }
  /// Why it ended before its time; none: it has not, or it is complete.
  [[nodiscard]] std::optional<HttpFailure> failure() const;
  /// The body that has come since the last call.
  [[nodiscard]] std::string take_body() { return std::exchange(body_, {}); }

 private:
  [[nodiscard]] std::string reason() const;
  /// Whether it has failed before a connection stood.
  [[nodiscard]] bool unreached() const;
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  void take_header(std::string_view line);

  CURLM* multi_;
  HttpRequest request_;
  std::unique_ptr<curl_slist, base::FreeWith<curl_slist_free_all>> headers_;
  std::array<char, CURL_ERROR_SIZE> reason_{};
  HttpHead head_;
  bool has_head_ = false;
  std::string body_;
  std::optional<CURLcode> code_;
  std::unique_ptr<CURL, base::FreeWith<curl_easy_cleanup>> easy_;
};

/// Lets the transfers go on without waiting, and calls `end` of those that have ended.
void drive(CURLM* multi);

}  // namespace freshet::ctl
