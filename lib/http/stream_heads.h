#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/header.h"
#include "http/response.h"

namespace freshet::http {

/// The heads of event streams, of which the latest is kept: nearly all clients get the same one. Owned by the server.
class StreamHeads {
 public:
  /// As `encode_stream_head`. Valid until the next call.
  [[nodiscard]] std::string_view encode(const std::vector<Header>& headers, int minor_version, bool keep_alive) {
    if (head_.empty() || headers != headers_ || minor_version != minor_version_ || keep_alive != keep_alive_) {
      head_ = encode_stream_head(headers, minor_version, keep_alive);
      headers_ = headers;
      minor_version_ = minor_version;
      keep_alive_ = keep_alive;
    }
    return head_;
  }

 private:
  std::string head_;
  std::vector<Header> headers_;
  int minor_version_ = 1;
  bool keep_alive_ = true;
};

}  // namespace freshet::http
