#pragma once

#include <cstddef>
#include <functional>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <string>
#include <string_view>
#include <utility>

namespace freshet {

/// Lines to standard error that never wait: what it does not take at once (a pipe that nobody reads, a full disk) is
/// lost, and the next line that gets through says how much. The event loop must not stand still for its log.
class StderrSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  /// `dress` makes of a warning's words what the pattern takes for a message.
  explicit StderrSink(std::function<std::string(std::string_view)> dress) : dress_(std::move(dress)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}
  [[nodiscard]] bool write(const spdlog::details::log_msg& message);
  [[nodiscard]] bool write_loss(const spdlog::details::log_msg& before);
  [[nodiscard]] bool write_whole(std::string_view line);

  std::function<std::string(std::string_view)> dress_;
  std::size_t lost_lines_ = 0;
  bool cut_ = false;  ///< only the beginning of the last line got through
};

}  // namespace freshet
