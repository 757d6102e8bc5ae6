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
#include "server/backlog.h"
#include "uv/peer.h"

namespace freshet::server {

/// The requests of one connection and their answers, one at a time, as bytes: knows no socket and no route. Owned by
/// the connection, and gone once an event stream stands: most connections are just that.
class Exchange {
 public:
  /// What is kept is charged to the budget, which outlives this.
  Exchange(uv::Peer peer, BufferBudget& budget) : peer_(std::move(peer)), backlog_(budget) {}

  /// Reads one request, from what was kept or, when nothing was, from `bytes`, and keeps what lies behind it.
  /// kComplete: `take`; kFailed: `reject`.
  [[nodiscard]] http::Parser::Status read(std::string_view bytes, http::Limits limits);
  /// For later: an answer is still to be given. Where the budget has no room, that answer is the last one instead.
  void keep(std::string_view bytes);
  [[nodiscard]] bool has_kept() const { return !backlog_.empty(); }
  /// More has come than the request at work, kept or not.
  [[nodiscard]] bool pipelined() const { return has_kept() || cut_; }
  /// Nothing has come since the last request.
  [[nodiscard]] bool idle() const { return !parser_; }
  /// A request has begun, and its end has not come.
  [[nodiscard]] bool begun() const { return parser_ && parser_->started(); }
  /// True once for a client that holds its body back until it is told to go on.
  [[nodiscard]] bool take_continue();

  [[nodiscard]] http::Request take();
  /// Answers what cannot be read, or did not come in time, and reads no more.
  void reject(const http::Problem& problem, const std::vector<http::Header>& headers);
  /// What has been read of the request that is rejected.
  [[nodiscard]] const http::Request& so_far() const { return parser_->so_far(); }
  /// What is wrong with the request, after kFailed.
  [[nodiscard]] const http::Problem& problem() const { return parser_->problem(); }

  void answer(const http::Response& response);
  /// Answers with the head of an event stream; true if that is all, because the request was HEAD.
  [[nodiscard]] bool answer_stream(const std::vector<http::Header>& headers, http::StreamHeads& heads);
  void say(std::string_view bytes) { output_ += bytes; }
  /// The answer under way is the last one.
  void end_after_answer() { keep_alive_ = false; }
  /// What lies behind the request is forgotten.
  void forget_input();

  [[nodiscard]] bool keeps_alive() const { return keep_alive_; }
  [[nodiscard]] bool chunks() const { return minor_version_ == 1; }
  [[nodiscard]] const uv::Peer& peer() const { return peer_; }

  /// What is still to be written, and that its first `bytes` have been.
  [[nodiscard]] std::string_view output() const { return std::string_view(output_).substr(written_); }
  void wrote(std::size_t bytes);

 private:
  uv::Peer peer_;
  std::optional<http::Parser> parser_;
  Backlog backlog_;
  std::string output_;
  std::size_t written_ = 0;
  std::uint8_t minor_version_ = 1;
  bool keep_alive_ = true;
  bool head_only_ = false;
  bool continued_ = false;
  bool cut_ = false;  ///< what came behind the request could not be kept
};

}  // namespace freshet::server
