#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/uio.h>
#include <vector>

#include "http/parser.h"
#include "http/response.h"
#include "http/stream_heads.h"
#include "uv/peer.h"

namespace freshet::server {

/// The requests of one connection and their answers, one at a time, as bytes: knows no socket and no route. Owned by
/// the connection, and gone once an event stream stands: most connections are just that.
class Exchange {
 public:
  explicit Exchange(uv::Peer peer) : peer_(std::move(peer)) {}

  /// Reads one request, from what was kept and then from `bytes`, and keeps what lies behind it. kComplete: `take`;
  /// kFailed: `reject`.
  [[nodiscard]] http::Parser::Status read(std::string_view bytes, http::Limits limits);
  /// For later: an answer is still to be given.
  void keep(std::string_view bytes) { input_ += bytes; }
  [[nodiscard]] std::size_t kept_bytes() const { return input_.size(); }
  /// Nothing has come since the last request.
  [[nodiscard]] bool idle() const { return !parser_; }
  /// A request has begun, and its end has not come.
  [[nodiscard]] bool begun() const { return parser_ && parser_->started(); }
  /// True once for a client that holds its body back until it is told to go on.
  [[nodiscard]] bool take_continue();

  [[nodiscard]] http::Request take();
  /// Answers what cannot be read, or did not come in time, and reads no more.
  void reject(const http::Problem& problem);
  /// What is wrong with the request, after kFailed.
  [[nodiscard]] const http::Problem& problem() const { return parser_->problem(); }

  void answer(const http::Response& response);
  /// Answers with the head of an event stream; true if that is all, because the request was HEAD.
  [[nodiscard]] bool answer_stream(const std::vector<http::Header>& headers, http::StreamHeads& heads);
  void say(std::string_view bytes) { output_ += bytes; }
  /// The answer under way is the last one.
  void end_after_answer() { keep_alive_ = false; }
  /// What is kept is forgotten.
  void forget_input() { input_ = {}; }

  [[nodiscard]] bool keeps_alive() const { return keep_alive_; }
  [[nodiscard]] bool chunks() const { return minor_version_ == 1; }
  [[nodiscard]] const uv::Peer& peer() const { return peer_; }

  /// What is still to be written, and that its first `bytes` have been.
  [[nodiscard]] std::string_view output() const { return std::string_view(output_).substr(written_); }
  void wrote(std::size_t bytes);

 private:
  uv::Peer peer_;
  std::optional<http::Parser> parser_;
  std::string input_;
  std::string output_;
  std::size_t written_ = 0;
  std::uint8_t minor_version_ = 1;
  bool keep_alive_ = true;
  bool head_only_ = false;
  bool continued_ = false;
};

}  // namespace freshet::server
