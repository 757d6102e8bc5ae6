#include "command_line.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <string_view>
#include <vector>

#include "config/environment.h"
#include "exit_codes.h"

namespace freshet {

std::variant<CommandLine, CommandLineEnd> read_command_line(int argc, char** argv, const std::string& version) {
  CLI::App app("Server-Sent Events broker with Redis fan-out and exact resume", "freshetd");
  app.get_formatter()->column_width(28);
  app.footer(
      "Flags win over FRESHET_… variables, which win over the file.\n"
      "Exit codes: 0 fine, 64 usage, 69 a listener could not be bound, 70 internal,\n"
      "74 output cannot be written, 78 configuration.");

  CommandLine line;
  std::string file;
  std::vector<std::string> listen;
  std::string ops_listen;
  std::string redis;
  std::string instance;
  std::string log_level;
  bool check = false;
  bool print = false;
  bool memory = false;
  bool dev = false;
  app.add_option("--config", file, "Configuration file (YAML)")->type_name("FILE");
  auto* check_flag = app.add_flag("--check-config", check, "Check the configuration and end");
  app.add_flag("--print-config", print, "Print the configuration in force and end")->excludes(check_flag);
  app.add_option("--listen", listen, "Public listener, repeatable: 127.0.0.1:8080, [::1]:8080 or unix:/path")
      ->type_name("ADDR")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--ops-listen", ops_listen, "Operations listener: health, metrics, publishing")->type_name("ADDR");
  auto* redis_option =
      app.add_option("--redis", redis, "Redis backplane, as redis://127.0.0.1:6379/0")->type_name("URL");
  app.add_flag("--memory", memory, "Embedded memory backplane: one process, no Redis")->excludes(redis_option);
  app.add_option("--instance", instance, "Name of this process (default: host name and pid)")->type_name("NAME");
  app.add_option("--log-level", log_level, "trace, debug, info, warn or error")->type_name("LEVEL");
  app.add_flag("--dev", dev, "Every channel is readable without a token (loopback only)");
  app.set_version_flag("--version", "freshetd " + version);
  app.get_option("--help")->description("Print this and end");

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& end) {
    return CommandLineEnd{app.exit(end)};
  } catch (const CLI::ParseError& error) {
    std::cerr << "freshetd: " << error.what() << "\nfreshetd --help lists the flags\n";
    return CommandLineEnd{kExitUsage};
  }

  if (check) line.task = CommandLine::Task::kCheckConfig;
  if (print) line.task = CommandLine::Task::kPrintConfig;
  auto& flags = line.sources.flags;
  if (app.count("--config") > 0) line.sources.file_path = file;
  for (const auto& address : listen) flags.emplace_back("listen", address);
  if (app.count("--ops-listen") > 0) flags.emplace_back("ops.listen", ops_listen);
  if (app.count("--redis") > 0) {
    flags.emplace_back("backplane.type", "redis");
    flags.emplace_back("backplane.redis.url", redis);
  }
  if (memory) flags.emplace_back("backplane.type", "memory");
  if (app.count("--instance") > 0) flags.emplace_back("instance", instance);
  if (app.count("--log-level") > 0) flags.emplace_back("log.level", log_level);
  if (dev) flags.emplace_back("dev", "true");
  line.sources.env = config::read_environment();
  return line;
}

}  // namespace freshet
