#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::ctl {

/// One event as it was sent.
struct SseEvent {
  std::optional<std::string> id;  ///< none: the event has none of its own
  std::string name;               ///< empty: unnamed
  std::string data;
};

/// Reads an event stream, cut anywhere, by the rules that browsers follow (WHATWG HTML, 9.2.6).
class SseParser {
 public:
  /// Of one event with all its fields; more is not believed to be an event stream.
  static constexpr std::size_t kMaxEventBytes = std::size_t{64} << 20U;

  using Sink = std::function<void(const SseEvent&)>;

  explicit SseParser(Sink sink) : sink_(std::move(sink)) {}

  /// False once an event has become too large; nothing is read after that.
  [[nodiscard]] bool feed(std::string_view bytes);
  /// A new connection: what was not complete is dropped; the last id and the time to wait stay.
  void reset();
  /// What to come back with; empty: nothing yet.
  [[nodiscard]] const std::string& last_event_id() const { return last_event_id_; }
  void set_last_event_id(std::string id) { last_event_id_ = id_ = std::move(id); }
  /// How long to wait before coming back; none: the server has not said.
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry() const { return retry_; }
  /// Heartbeats and padding.
  [[nodiscard]] std::uint64_t comments() const { return comments_; }

 private:
  void take_line();
  void take_field(std::string_view name, std::string_view value);
  void dispatch();

  Sink sink_;
  std::string line_;
  bool first_line_ = true;
  bool after_cr_ = false;
  bool too_large_ = false;
  std::optional<std::string> own_id_;
  std::string id_;
  std::string name_;
  std::string data_;
  std::string last_event_id_;
  std::optional<std::chrono::milliseconds> retry_;
  std::uint64_t comments_ = 0;
};

}  // namespace freshet::ctl
