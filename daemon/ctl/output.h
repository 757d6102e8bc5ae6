#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::ctl {

class SignalFd;

enum class Colour : std::uint8_t { kNone, kBold, kDim, kRed, kGreen, kYellow, kCyan };

/// Where text for people goes: a terminal that takes colours, or something that gets plain text. Owned by main().
class Output {
 public:
  /// Colours are used on a terminal, unless NO_COLOR is set or TERM is `dumb`.
  static Output for_process();
  /// The same for a command that takes signals itself, and must outlive it: once one has come nothing is begun any
  /// more, and a reader that does not read is not waited for.
  [[nodiscard]] Output until(const SignalFd& signals) const;

  /// To standard output, at once. Nothing when that is written; else the exit code to end with: 0 when nobody reads it
  /// any more, or a signal has come, and another one after it was said why it cannot be written.
  [[nodiscard]] std::optional<int> print(std::string_view text) const;
  /// One line to standard error as it is.
  void tell(std::string_view line) const;
  /// One line to standard error: `freshetctl: line`.
  void complain(std::string_view line) const;
  [[nodiscard]] bool to_terminal() const { return out_is_terminal_; }
  /// How many columns the terminal has at present; nothing when it is none, or does not tell.
  [[nodiscard]] std::optional<std::size_t> columns() const;
  /// For standard output.
  [[nodiscard]] std::string paint(Colour colour, std::string_view text) const;
  /// For standard error.
  [[nodiscard]] std::string paint_aside(Colour colour, std::string_view text) const;

 private:
  bool out_is_terminal_ = false;
  bool out_colours_ = false;
  bool aside_colours_ = false;
  int signal_fd_ = -1;
};

}  // namespace freshet::ctl
