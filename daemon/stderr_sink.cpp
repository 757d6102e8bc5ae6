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
  spdlog::memory_buf_t formatted;
  base_sink::formatter_->format(message, formatted);
  if (lost_lines_ > 0 && write_whole("... " + std::to_string(lost_lines_) + " lines were lost here\n")) lost_lines_ = 0;
  if (lost_lines_ > 0 || !write_whole({formatted.data(), formatted.size()})) ++lost_lines_;
}

/// A pipe that is writable takes PIPE_BUF bytes without waiting (pipe(7)); a longer line goes in pieces.
bool StderrSink::write_whole(std::string_view line) {
  while (!line.empty()) {
    if (!takes_bytes()) return false;
    const auto written = ::write(STDERR_FILENO, line.data(), std::min<std::size_t>(line.size(), PIPE_BUF));
    if (written <= 0) return false;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace freshet
