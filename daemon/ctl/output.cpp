#include "ctl/output.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ctl/exit_codes.h"
#include "ctl/signal_fd.h"
#include "uv/errno_text.h"

namespace freshet::ctl {
namespace {

/// What a pipe takes without blocking as soon as it is writable at all.
constexpr std::size_t kPieceBytes = PIPE_BUF;

/// What came of a text: 0 when all of it is written, or the number of the error. EINTR when a signal has come
/// (`signal_fd` is readable; -1: none is looked for): then it is not begun, or cut off where it would have blocked.
int write_all(int fd, std::string_view text, int signal_fd) {
  bool begun = false;
  while (!text.empty()) {
    std::array<pollfd, 2> waiting{{{fd, POLLOUT, 0}, {signal_fd, POLLIN, 0}}};
    if (poll(waiting.data(), waiting.size(), -1) < 0 && errno == EINTR) continue;
    const bool raised = waiting[1].revents != 0;
    if (raised && (!begun || waiting[0].revents == 0)) return EINTR;
    const auto written = ::write(fd, text.data(), std::min(text.size(), kPieceBytes));
    // Whoever shares the terminal may have made it one that does not block.
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written < 0) return errno;
    begun = true;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::kNone:
      return "";
    case Colour::kBold:
      return "\x1b[1m";
    case Colour::kDim:
      return "\x1b[2m";
    case Colour::kRed:
      return "\x1b[31m";
    case Colour::kGreen:
      return "\x1b[32m";
    case Colour::kYellow:
      return "\x1b[33m";
    case Colour::kCyan:
      return "\x1b[36m";
  }
  return "";
}

std::string painted(bool colours, Colour colour, std::string_view text) {
  if (!colours || colour == Colour::kNone) return std::string(text);
  return std::string(code_of(colour)) + std::string(text) + "\x1b[0m";
}

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

Output Output::for_process() {
  Output output;
  const bool wanted = variable("NO_COLOR").empty() && variable("TERM") != "dumb";
  output.out_is_terminal_ = isatty(STDOUT_FILENO) != 0;
  output.out_colours_ = wanted && output.out_is_terminal_;
  output.aside_colours_ = wanted && isatty(STDERR_FILENO) != 0;
  return output;
}

Output Output::until(const SignalFd& signals) const {
  auto output = *this;
  output.signal_fd_ = signals.fd();
  return output;
}

std::optional<int> Output::print(std::string_view text) const {
  const auto error = write_all(STDOUT_FILENO, text, signal_fd_);
  if (error == 0) return std::nullopt;
  if (error == EPIPE || error == EINTR) return kExitOk;
  complain("standard output: " + uv::errno_text(error));
  return kExitOutput;
}

std::optional<std::size_t> Output::columns() const {
  winsize size{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
  if (!out_is_terminal_ || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

void Output::tell(std::string_view line) const { write_all(STDERR_FILENO, std::string(line) + '\n', signal_fd_); }

void Output::complain(std::string_view line) const {
  tell(paint_aside(Colour::kRed, "freshetctl:") + ' ' + std::string(line));
}

std::string Output::paint(Colour colour, std::string_view text) const { return painted(out_colours_, colour, text); }

std::string Output::paint_aside(Colour colour, std::string_view text) const {
  return painted(aside_colours_, colour, text);
}

}  // namespace freshet::ctl
