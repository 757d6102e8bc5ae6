#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config/config.h"

namespace spdlog {
class logger;
}

namespace freshet {

/// The daemon's log on standard error: text, or one JSON object a line; with priorities in front where journald reads
/// it. A line that cannot be written is lost and changes nothing else.
class Log {
 public:
  explicit Log(const config::Log& settings);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void set_level(config::LogLevel level);
  void write(config::LogLevel level, std::string_view message);

  void info(std::string_view message) { write(config::LogLevel::kInfo, message); }
  void warn(std::string_view message) { write(config::LogLevel::kWarn, message); }
  void error(std::string_view message) { write(config::LogLevel::kError, message); }

 private:
  /// As the pattern takes it.
  [[nodiscard]] std::string dressed(std::string_view message) const;

  std::unique_ptr<spdlog::logger> logger_;
  config::LogFormat format_;
};

}  // namespace freshet
