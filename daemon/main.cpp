#include <algorithm>
#include <array>
#include <fcntl.h>
#include <iostream>
#include <optional>
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
#include "systemd.h"
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

void tell(const std::string& trouble) { std::cerr << "freshetd: " << trouble << '\n'; }

template <class Errors>
void tell_each(const Errors& errors) {
  for (const auto& error : errors) tell(error.message);
}

/// What the files hold that a configuration names.
struct NamedFiles {
  /// Reads them, and says all that is wrong with them. May be called as long as this lives.
  freshet::config::Inspection reader() {
    return [this](const freshet::config::Config& config) {
      std::vector<freshet::base::Error> errors;
      const auto take = [&errors](auto loaded, auto& place) {
        if (loaded) {
          place = std::move(*loaded);
        } else {
          errors.insert(errors.end(), loaded.error().begin(), loaded.error().end());
        }
      };
      take(freshet::load_credentials(config), credentials);
      take(freshet::load_redis_tls(config.backplane), redis_tls);
      return errors;
    };
  }

  freshet::Credentials credentials;
  std::optional<freshet::tls::Context> redis_tls;
};

/// Whether all that was printed has arrived: to report what has not as fine would leave half a file behind.
int finish_output(int exit_code) {
  std::cout.flush();
  if (std::cout) return exit_code;
  tell("standard output cannot be written");
  return freshet::kExitOutput;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace freshet;  // NOLINT(google-build-using-namespace): this is the program
  if (!hold_standard_streams()) return kExitInternal;
  auto passed_sockets = systemd::passed_sockets();
  auto read = read_command_line(argc, argv, FRESHET_VERSION);
  if (const auto* end = std::get_if<CommandLineEnd>(&read)) return finish_output(end->exit_code);
  const auto& line = std::get<CommandLine>(read);

  NamedFiles files;
  const bool only_prints = line.task == CommandLine::Task::kPrintConfig;
  auto config = config::load(line.sources, only_prints ? config::Inspection() : files.reader());
  if (!config) {
    const auto& mistakes = config.error();
    tell_each(mistakes);
    return std::all_of(mistakes.begin(), mistakes.end(), [](const auto& mistake) { return mistake.in_a_flag; })
               ? kExitUsage
               : kExitConfig;
  }
  if (only_prints) {
    std::cout << config::print(*config);
    return finish_output(kExitOk);
  }
  if (const auto allowed = config::check_dev(*config); !allowed) {
    tell(allowed.error().message);
    return kExitUsage;
  }
  if (const auto named = config::resolve_instance(*config, automatic_instance()); !named) {
    tell(named.error().message);
    return kExitConfig;
  }
  if (line.task == CommandLine::Task::kCheckConfig) {
    std::cout << "the configuration is fine\n";
    return finish_output(kExitOk);
  }
  if (!passed_sockets) {
    tell(passed_sockets.error().message);
    return kExitUnavailable;
  }
  uv::ignore_sigpipe();
  Log log(config->log);
  return App(*config, line.sources, std::move(files.credentials), std::move(files.redis_tls), log, FRESHET_VERSION)
      .run(std::move(*passed_sockets));
}
