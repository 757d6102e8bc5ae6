#include "stderr_sink.h"

#include <algorithm>
#include <climits>
#include <poll.h>
#include <string>
#include <unistd.h>

namespace freshet {
namespace {

bool takes_bytes() {
  pollfd standard_error{STDERR_FILENO, POLLOUT, 0};
  return ::poll(&standard_error, 1, 0) == 1 && (standard_error.revents & POLLOUT) != 0;
}

}  // namespace

void StderrSink::sink_it_(const spdlog::details::log_msg& message) {
  if (lost_lines_ > 0 && write_loss(message)) lost_lines_ = 0;
  if (lost_lines_ > 0 || !write(message)) ++lost_lines_;
}

bool StderrSink::write(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t formatted;
  base_sink::formatter_->format(message, formatted);
  return write_whole({formatted.data(), formatted.size()});
}

bool StderrSink::write_loss(const spdlog::details::log_msg& before) {
  if (cut_ && !write_whole("\n")) return false;
  const auto text = dress_(std::to_string(lost_lines_) + " lines were lost here");
  return write({before.time, {}, before.logger_name, spdlog::level::warn, text});
}

/// A pipe that is writable takes PIPE_BUF bytes without waiting (pipe(7)); a longer line goes in pieces.
bool StderrSink::write_whole(std::string_view line) {
  while (!line.empty()) {
    if (!takes_bytes()) return false;
    const auto written = ::write(STDERR_FILENO, line.data(), std::min<std::size_t>(line.size(), PIPE_BUF));
    if (written <= 0) return false;
    line.remove_prefix(static_cast<std::size_t>(written));
    cut_ = !line.empty();
  }
  return true;
}

}  // namespace freshet
