#include "ctl/arguments.h"

#include <CLI/CLI.hpp>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "ctl/command_names.h"
#include "ctl/exit_codes.h"

namespace freshet::ctl {
namespace {

constexpr int kTitleWidth = 30;
constexpr const char* kVersion = "freshetctl " FRESHET_VERSION;

/// Programs that name something by a variable which is empty have forgotten to set it.
std::string refuse_empty(const std::string& value) { return value.empty() ? "is empty" : ""; }

std::string refuse_no_count(const std::string& value) {
  return base::parse_decimal(value) ? "" : '\'' + base::printable(value, 60) + "' is no number from 0 on";
}

/// The options of all commands, with the texts that explain them.
class Reader {
 public:
  explicit Reader(Arguments& arguments) : arguments_(arguments) {
    app_.get_formatter()->column_width(kTitleWidth);
    app_.set_version_flag("--version", kVersion);
    app_.get_option("--help")->description("Print this and end");
    app_.footer(
        "freshetctl help COMMAND, or COMMAND --help, explains a command, with examples.\n"
        "Exit codes: 0 fine; 1 refused, or a check of doctor has failed; 64 usage; 69 an instance or Redis cannot be\n"
        "reached; 74 standard output cannot be written; 78 the configuration file is wrong or cannot be read.");
    add_publish();
    add_watch();
    add_status();
    add_disconnect();
    add_ring();
    add_doctor();
  }

  std::optional<int> read(int argc, char** argv, const Output& output) {
    if (argc > 1 && argv[1] == std::string_view("help")) return explain({argv + 2, argv + argc}, output);
    try {
      app_.parse(argc, argv);
      // A command that does not exist is named by the parser; it would not be by a rule that there must be one.
      if (app_.get_subcommands().empty()) throw CLI::RequiredError("A command");
      if (ring_command_->parsed() && ring_command_->get_subcommands().empty()) throw CLI::RequiredError("ring show");
    } catch (const CLI::Success& end) {
      std::ostringstream text;
      const auto exit_code = app_.exit(end, text, text);
      return output.print(text.str()).value_or(exit_code);
    } catch (const CLI::ExtrasError& error) {
      const auto unknown = unknown_command(app_);
      return refuse(unknown.empty() ? error.what() : unknown, output);
    } catch (const CLI::ParseError& error) {
      return refuse(error.what(), output);
    }
    return std::nullopt;
  }

 private:
  int explain(std::vector<std::string> words, const Output& output) const {
    std::erase_if(words, [](const auto& word) { return word.starts_with('-'); });
    const auto help = help_on(app_, words);
    if (!help) return refuse(help.error().message, output);
    return output.print(*help).value_or(kExitOk);
  }

  static int refuse(const std::string& why, const Output& output) {
    output.complain(why);
    output.tell("freshetctl --help lists the commands, freshetctl COMMAND --help its options");
    return kExitUsage;
  }

  CLI::App* add(const char* name, const char* description, const char* footer) {
    auto* command = app_.add_subcommand(name, description);
    finish(command, footer);
    return command;
  }

  void finish(CLI::App* command, const char* footer) {
    command->get_formatter()->column_width(kTitleWidth);
    command->get_option("--help")->description("Print this and end");
    command->footer(footer);
    // Not in its help: the version is that of the whole program.
    command->set_version_flag("--version", kVersion)->group("");
    auto& common = arguments_.common;
    command->add_option("--config", common.config_file, "The daemons' configuration file")
        ->type_name("FILE")
        ->default_str(kDefaultConfigFile)
        ->check(refuse_empty);
    command->add_flag("--json", common.json, "Print JSON, one object on each line");
  }

  void add_redis(CLI::App* command) {
    command->add_option("--redis", arguments_.common.redis_url, "Redis, instead of the one in the file")
        ->type_name("URL")
        ->check(refuse_empty);
  }

  static CLI::Option* add_ops(CLI::App* command, OpsOptions& ops) {
    command->add_option("--key-file", ops.key_file, "File with a publish key, where the instances want one")
        ->type_name("FILE")
        ->check(refuse_empty);
    return command
        ->add_option("--ops", ops.addresses, "Operations listener, instead of those of this machine; repeatable")
        ->type_name("ADDR")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  /// The command line asks for this command; its options are read into what is returned. Only one command is parsed.
  template <class Options>
  Options& select(CLI::App* command, Options& options) {
    command->callback([this, &options] { arguments_.command = options; });
    return options;
  }

  void add_publish() {
    auto* command =
        add("publish", "Publish an event to channels",
            "The last argument is the data. With `-` in its place, or with a channel alone, it is read from\n"
            "standard input, without the newline at its end. Prints the event's id.\n\n"
            "  freshetctl publish news '{\"text\":\"hello\"}'\n"
            "  freshetctl publish user:42 user:43 '{\"pct\":42}' --event progress\n"
            "  freshetctl publish news --key order-981 < order.json   # the same key, within 10 min: once\n"
            "  freshetctl publish typing:7 ... --live                 # no id, no replay");
    auto& options = select(command, publish_);
    command->add_option("CHANNEL... [DATA|-]", options.words, "Channels, and last the data")->required();
    command->add_option("--event", options.event, "Name of the event")->type_name("NAME");
    command->add_option("--key", options.key, "Idempotency key: the same one within 10 minutes publishes once")
        ->type_name("KEY");
    command->add_flag("--live", options.live, "For those only who are connected now");
    add_ops(command, options.ops);
  }

  void add_watch() {
    auto* command =
        add("watch", "Print the events of channels as they come",
            "One line for each event: id, name and data. What the broker says (cursor, reset, lost\n"
            "connections) goes to standard error, or into the JSON. Comes back with the last id after every\n"
            "end of the stream. Uses the operations listener of this machine, which shows every channel;\n"
            "with --url, --token-file or --header, and then without --ops and --key-file, it is a client as any\n"
            "other.\n\n"
            "  freshetctl watch news scores:7\n"
            "  freshetctl watch news --last-event-id earliest --count 10 --json\n"
            "  freshetctl watch @me --url https://events.example.com --token-file token.txt");
    auto& options = select(command, watch_);
    command->add_option("CHANNEL", options.channels, "Channels; @me is the user's own")->required();
    auto* url = command->add_option("--url", options.url, "Public URL; /events unless it has a path")
                    ->type_name("URL")
                    ->check(refuse_empty);
    command
        ->add_option("--last-event-id", options.last_event_id,
                     "Begin after this id, or with all that is kept: earliest")
        ->type_name("ID");
    auto* token = command->add_option("--token-file", options.token_file, "File with the user's token, sent as Bearer")
                      ->type_name("FILE")
                      ->check(refuse_empty);
    auto* header =
        command->add_option("--header", options.headers, "A header of the request, repeatable: 'Cookie: session=1'")
            ->type_name("'K: V'")
            ->expected(1)
            ->allow_extra_args(false)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command->add_option("--count", options.count, "End after so many events")->type_name("N")->check(refuse_no_count);
    command->add_flag("--insecure", options.insecure, "Believe any certificate");
    // A client's credentials are nothing to an operations listener, nor is its key to anyone else.
    for (auto* option : {add_ops(command, options.ops), command->get_option("--key-file")}) {
      option->excludes(url)->excludes(token)->excludes(header);
    }
  }

  void add_status() {
    auto* command =
        add("status", "Show all instances: streams, rates, Redis",
            "Rates are those of the second that the command takes; P95 is the time from publishing to\n"
            "writing that 95 % of the events stayed below. An instance that does not answer is a row, too,\n"
            "and makes the exit code 69.\n\n"
            "  freshetctl status\n"
            "  freshetctl status --watch\n"
            "  freshetctl status 10.0.0.7:9080 unix:/run/freshet/1.ops.sock --json");
    auto& options = select(command, status_);
    command->add_option("ADDR", status_addresses_, "Operations listeners, as with --ops");
    add_ops(command, options.ops);
    command->callback([this, &options] {
      for (auto& address : status_addresses_) options.ops.addresses.push_back(std::move(address));
      arguments_.command = options;
    });
    command->add_flag("--watch", options.watch, "Again and again, until it is interrupted");
    command
        ->add_option_function<double>(
            "--interval",
            [&options](double seconds) {
              options.interval = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
            },
            "Seconds that rates are taken over")
        ->type_name("SECONDS")
        ->default_str("1")
        ->check(CLI::Range(0.1, 3600.0));
    add_redis(command);
  }

  void add_disconnect() {
    auto* command =
        add("disconnect", "End the streams of a user or a channel, on every instance",
            "Their clients come back and are asked for their tokens again. With --for, tokens that the user\n"
            "has now are refused for that time: 90s, 10m, 1h, 1d.\n\n"
            "  freshetctl disconnect --user 42\n"
            "  freshetctl disconnect --user 42 --for 10m\n"
            "  freshetctl disconnect --channel news");
    auto& options = select(command, disconnect_);
    auto* user = command->add_option("--user", options.user, "A user: the sub of the token")->type_name("SUB");
    auto* channel =
        command->add_option("--channel", options.channel, "A channel: every stream that carries it")->type_name("NAME");
    user->excludes(channel);
    command->add_option("--for", options.lasting, "How long the tokens of now are refused")
        ->type_name("DURATION")
        ->needs(user);
    command->callback([this, command, &options] {
      if (options.user.empty() && options.channel.empty()) {
        throw CLI::ValidationError(command->get_name(), "--user or --channel is needed, and not empty");
      }
      arguments_.command = options;
    });
    add_ops(command, options.ops);
  }

  void add_ring() {
    auto* ring = ring_command_ = app_.add_subcommand("ring", "Look at what Redis keeps of a channel");
    ring->get_formatter()->column_width(kTitleWidth);
    auto* command = ring->add_subcommand("show", "Print the ring of a channel, oldest first");
    finish(command,
           "Read from Redis itself, as the daemons' user.\n\n"
           "  freshetctl ring show news\n"
           "  freshetctl ring show user:42 --limit 0 --json");
    auto& options = select(command, ring_);
    command->add_option("CHANNEL", options.channel, "The channel")->required();
    command->add_option("--limit", options.limit, "The newest so many; 0: all")
        ->type_name("N")
        ->default_str("20")
        ->check(refuse_no_count);
    add_redis(command);
  }

  void add_doctor() {
    auto* command =
        add("doctor", "Check configuration, Redis, kernel, instances and the way to browsers",
            "One line for each check, and what to change; it changes nothing itself. With --url it opens a\n"
            "stream and publishes one live-only event to a channel of its own, to see it come through.\n"
            "docs/freshetctl.md explains every check.\n\n"
            "  freshetctl doctor\n"
            "  freshetctl doctor --url https://events.example.com --channel news --slow\n"
            "  freshetctl doctor --admin-user admin --admin-password-file admin.txt --json");
    auto& options = select(command, doctor_);
    command->add_option("--url", options.url, "Public URL to look at, as a browser would")
        ->type_name("URL")
        ->check(refuse_empty);
    command->add_option("--channel", options.channel, "The channel to open there (default: one that is public)")
        ->type_name("NAME");
    command->add_option("--token-file", options.token_file, "File with a user's token for it, sent as Bearer")
        ->type_name("FILE")
        ->check(refuse_empty);
    command->add_option("--origin", options.origin, "Also check CORS for pages of this origin")->type_name("ORIGIN");
    command->add_flag("--slow", options.slow, "Also wait for a heartbeat");
    command->add_flag("--insecure", options.insecure, "Believe any certificate");
    auto* password = command->add_option("--admin-password-file", options.admin_password_file, "File with the password")
                         ->type_name("FILE");
    command->add_option("--admin-user", options.admin_user, "A Redis user that may CONFIG GET")
        ->type_name("NAME")
        ->needs(password);
    add_ops(command, options.ops);
    add_redis(command);
  }

  Arguments& arguments_;
  CLI::App app_{"Operates Freshet: publish, watch, look, and find what is wrong", "freshetctl"};
  CLI::App* ring_command_ = nullptr;
  PublishOptions publish_;
  WatchOptions watch_;
  StatusOptions status_;
  std::vector<std::string> status_addresses_;  ///< those without --ops
  DisconnectOptions disconnect_;
  RingOptions ring_;
  DoctorOptions doctor_;
};

}  // namespace

std::variant<Arguments, int> read_arguments(int argc, char** argv, const Output& output) {
  Arguments arguments;
  Reader reader(arguments);
  if (const auto exit_code = reader.read(argc, argv, output)) return *exit_code;
  return arguments;
}

}  // namespace freshet::ctl
