#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/fd.h"
#include "loadtest/sequence_check.h"
#include "loadtest/shared.h"
#include "loadtest/stream_parser.h"

namespace freshet::loadtest {

/// What the clients of a worker have in common.
struct ClientContext {
  WorkerState& state;
  Shared& shared;
  bool resume = true;
  bool checking = false;           ///< numbers count from kCheck on
  std::int64_t returned_ns = 0;    ///< when kReturn came
  std::size_t awaiting_heads = 0;  ///< connections without a response head yet
};

/// One SSE client: its stream, the id to come back with, and the judge of the numbers it gets. The worker owns it,
/// opens its connections and reads for it.
class Client final : public StreamParser::Sink {
 public:
  Client(ClientContext& context, std::size_t number, std::size_t channel, bool stalls)
      : context_(context), number_(number), channel_(channel), stalls_(stalls) {}

  [[nodiscard]] std::size_t number() const { return number_; }
  [[nodiscard]] std::size_t channel() const { return channel_; }
  /// Reads nothing during the measured phase.
  [[nodiscard]] bool stalls() const { return stalls_; }
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] bool is_connected() const { return static_cast<bool>(fd_); }
  [[nodiscard]] bool is_open() const { return open_; }
  /// For Last-Event-ID; empty: none yet.
  [[nodiscard]] const std::string& last_id() const { return last_id_; }
  /// How many events of its channel it still lacks.
  [[nodiscard]] std::int64_t lacking() const;

  /// A connection on which the request has been sent.
  void start(base::Fd fd, std::int64_t began_ns);
  /// What the connection brought. False: the response is at its end, or not one to read.
  bool feed(std::string_view bytes, std::int64_t now_ns);
  void close();
  /// Has begun to come back after a storm: reports when it has caught up.
  void begin_to_return() { returning_ = true; }
  /// Events that were due before this moment say nothing of the server's speed.
  void time_from(std::int64_t ns) { timed_from_ns_ = ns; }

 private:
  void on_head(int status) override;
  void on_event(const StreamParser::Event& event) override;
  void take_number(std::int64_t number, std::int64_t due_ns);
  void excuse_missed();
  void report_caught_up();

  ClientContext& context_;
  std::size_t number_;
  std::size_t channel_;
  base::Fd fd_;
  bool stalls_;
  bool open_ = false;
  bool refused_ = false;
  bool was_open_ = false;
  bool returning_ = false;
  std::int64_t began_ns_ = 0;
  std::int64_t now_ns_ = 0;
  std::int64_t timed_from_ns_ = 0;
  std::int64_t excused_to_ = -1;  ///< up to this number it is nobody's fault what came and what did not
  SequenceCheck numbers_;
  std::string last_id_;
  StreamParser parser_;
};

}  // namespace freshet::loadtest
