#pragma once

#include <cstddef>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <string_view>

namespace freshet {

/// Lines to standard error that never wait: what it does not take at once (a pipe that nobody reads, a full disk) is
/// lost, and the next line that gets through says how much. The event loop must not stand still for its log.
class StderrSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}
  [[nodiscard]] bool write_whole(std::string_view line);

  std::size_t lost_lines_ = 0;
};

}  // namespace freshet
