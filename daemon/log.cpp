#include "log.h"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "stderr_sink.h"

namespace freshet {
namespace {

spdlog::level::level_enum native(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::kTrace:
      return spdlog::level::trace;
    case config::LogLevel::kDebug:
      return spdlog::level::debug;
    case config::LogLevel::kInfo:
      return spdlog::level::info;
    case config::LogLevel::kWarn:
      return spdlog::level::warn;
    case config::LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// sd-daemon(3): the priority that journald takes off the beginning of a line.
std::string_view priority(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::err:
      return "<3>";
    case spdlog::level::warn:
      return "<4>";
    case spdlog::level::info:
      return "<6>";
    default:
      return "<7>";
  }
}

constexpr char kPriorityFlag = 'Q';

/// %Q in a pattern.
class PriorityFlag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm& /*time*/, spdlog::memory_buf_t& out) override {
    const auto prefix = priority(message.level);
    out.append(prefix.data(), prefix.data() + prefix.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PriorityFlag>();
  }
};

/// Whether standard error is the journal's stream: systemd.exec(5), $JOURNAL_STREAM.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");  // NOLINT(concurrency-mt-unsafe): one thread, at start
  struct stat status {};
  if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) return false;
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

}  // namespace

Log::Log(const config::Log& settings)
    : logger_(std::make_unique<spdlog::logger>(
          "freshetd", std::make_shared<StderrSink>([this](std::string_view words) { return dressed(words); }))),
      format_(settings.format) {
  const bool journald = stderr_is_journal();
  // The journal knows the time.
  std::string pattern(journald ? "%v" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v");
  if (format_ == config::LogFormat::kJson) pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%v})";
  if (journald) pattern.insert(0, {'%', kPriorityFlag});
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<PriorityFlag>(kPriorityFlag).set_pattern(pattern);
  logger_->set_formatter(std::move(formatter));
  logger_->set_error_handler([](const std::string&) {});
  set_level(settings.level);
}

Log::~Log() = default;

void Log::set_level(config::LogLevel level) { logger_->set_level(native(level)); }

void Log::write(config::LogLevel level, std::string_view message) {
  if (!logger_->should_log(native(level))) return;
  const auto text = dressed(message);
  logger_->log(native(level), spdlog::string_view_t(text));
}

std::string Log::dressed(std::string_view message) const {
  if (format_ != config::LogFormat::kJson) return std::string(message);
  return nlohmann::json(message).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace freshet
