#include <array>
#include <fcntl.h>
#include <iostream>
#include <string>
#include <unistd.h>
#include <utility>
#include <variant>
#include <vector>

#include "app.h"
#include "command_line.h"
#include "config/check.h"
#include "config/listeners.h"
#include "config/print.h"
#include "credentials.h"
#include "exit_codes.h"
#include "log.h"
#include "redis_tls.h"
#include "uv/signals.h"

namespace {

std::string automatic_instance() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) return "freshetd-" + std::to_string(getpid());
  return std::string(host.data()) + "-" + std::to_string(getpid());
}

/// A process may be started without standard streams: the next files that it opened, clients' sockets among them, would
/// take their numbers, and its log would go there.
bool hold_standard_streams() {
  int fd = 0;
  do {
    fd = open("/dev/null", O_RDWR);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd > STDERR_FILENO) close(fd);
  return fd >= 0;
}

void print(const std::vector<freshet::base::Error>& errors) {
  for (const auto& error : errors) std::cerr << "freshetd: " << error.message << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  using namespace freshet;  // NOLINT(google-build-using-namespace): this is the program
  if (!hold_standard_streams()) return kExitInternal;
  auto read = read_command_line(argc, argv, FRESHET_VERSION);
  if (const auto* end = std::get_if<CommandLineEnd>(&read)) return end->exit_code;
  const auto& line = std::get<CommandLine>(read);

  auto config = config::load(line.sources);
  if (!config) {
    bool all_from_flags = true;
    for (const auto& error : config.error()) {
      std::cerr << "freshetd: " << error.message << '\n';
      all_from_flags = all_from_flags && error.message.rfind("command line: ", 0) == 0;
    }
    return all_from_flags ? kExitUsage : kExitConfig;
  }
  if (line.task == CommandLine::Task::kPrintConfig) {
    std::cout << config::print(*config);
    return kExitOk;
  }
  if (const auto allowed = config::check_dev(*config); !allowed) {
    std::cerr << "freshetd: " << allowed.error().message << '\n';
    return kExitUsage;
  }
  if (const auto named = config::resolve_instance(*config, automatic_instance()); !named) {
    std::cerr << "freshetd: " << named.error().message << '\n';
    return kExitConfig;
  }
  auto credentials = load_credentials(*config, {});
  auto redis_tls = load_redis_tls(config->backplane);
  if (!credentials || !redis_tls) {
    if (!credentials) print(credentials.error());
    if (!redis_tls) print(redis_tls.error());
    return kExitConfig;
  }
  if (line.task == CommandLine::Task::kCheckConfig) {
    std::cout << "the configuration is fine\n";
    return kExitOk;
  }
  uv::ignore_sigpipe();
  Log log(config->log);
  return App(*config, line.sources, std::move(*credentials), std::move(*redis_tls), log, FRESHET_VERSION).run();
}
