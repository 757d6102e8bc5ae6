#include "loadtest/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "loadtest/payload.h"

namespace freshet::loadtest {
namespace {

constexpr int kUsage = 64;
constexpr std::size_t kClientsPerProcess = 18'000;
constexpr std::size_t kClientsPerAddress = 10'000;
constexpr std::size_t kMostAddresses = 250;
constexpr std::size_t kMostQueued = 5000;
constexpr std::size_t kMostQueuedBytes = std::size_t{4} << 20U;  // below what Redis grants a subscriber: 8 MiB

template <class Value>
struct Named {
  std::string_view name;
  Value value;
};

constexpr std::array<Named<Mode>, 6> kModes{{{"idle", Mode::kIdle},
                                             {"broadcast", Mode::kBroadcast},
                                             {"per-user", Mode::kPerUser},
                                             {"storm", Mode::kStorm},
                                             {"slow", Mode::kSlow},
                                             {"mixed", Mode::kMixed}}};
constexpr std::array<Named<PublishHow>, 3> kHows{
    {{"fcall", PublishHow::kFcall}, {"publish", PublishHow::kPublish}, {"post", PublishHow::kPost}}};

template <class Value, std::size_t Size>
base::Result<Value> look_up(const std::array<Named<Value>, Size>& names, std::string_view name, const char* what) {
  std::string known;
  for (const auto& each : names) {
    if (each.name == name) return each.value;
    known += (known.empty() ? "" : ", ") + std::string(each.name);
  }
  return base::fail(std::string(what) + " " + std::string(name) + ": not one of " + known);
}

/// What the user gave as text or left to be decided by the mode.
struct Raw {
  std::string rate = "10";
  std::optional<std::size_t> events;
  std::optional<std::size_t> addresses;
  std::optional<std::size_t> stalled;
  std::optional<std::size_t> missed;
  std::optional<double> churn;
  std::string pids;
  double settle_s = 1;
  double duration_s = 5;
  double patience_s = 20;
  bool no_resume = false;
};

void declare(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("mode", options.mode_name, "idle, broadcast, per-user, storm, slow or mixed")->required();
  app.add_option("--url", options.url_texts, "Where the streams are; may be repeated");
  app.add_option("--header", options.headers, "Further request header; may be repeated");
  app.add_option("-n,--connections", options.connections, "Clients in all");
  app.add_option("--processes", options.processes, "Client processes");
  app.add_option("--addresses", raw.addresses, "Source addresses 127.0.0.2 and on; 0: do not bind");
  app.add_option("--connect-window", options.connect_window, "Connections that may wait for their response head");
  app.add_option("--channel", options.channel, "Name of channel {n}");
  app.add_option("--channels", options.channels, "How many channels");
  app.add_option("--publish", options.publish_name, "fcall, publish or post");
  app.add_option("--redis", options.redis_text, "HOST:PORT or unix:/SOCKET");
  app.add_option("--prefix", options.prefix, "Of Redis channels");
  app.add_option("--publish-url", options.publish_url_text, "Where to POST");
  app.add_option("--publish-header", options.publish_headers, "Further header of a POST; may be repeated");
  app.add_option("--pipeline", options.pipeline, "Publishes without an answer yet, at most");
  app.add_option("--events", raw.events, "How many to publish");
  app.add_option("--rate", raw.rate, "Events a second, or max");
  app.add_option("--window", options.window, "For --rate max: deliveries outstanding at most");
  app.add_option("--burst", options.burst, "Events at once");
  app.add_option("--size", options.size_bytes, "Bytes of each event's data");
  app.add_option("--warmup", options.warmup, "Events to each channel before the measured phase");
  app.add_option("--missed", raw.missed, "storm: events that each client misses");
  app.add_option("--stalled", raw.stalled, "Clients that do not read meanwhile");
  app.add_option("--churn", raw.churn, "Clients that drop and come back, a second");
  app.add_flag("--no-resume", raw.no_resume, "The server replays nothing");
  app.add_option("--settle", raw.settle_s, "Seconds between connecting and the memory measurement");
  app.add_option("--duration", raw.duration_s, "idle: seconds of the measured phase");
  app.add_option("--patience", raw.patience_s, "Seconds without progress after which to give up");
  app.add_option("--pid", raw.pids, "Processes of the server, separated by commas");
  app.add_option("--label", options.label, "Copied to the JSON");
  app.add_option("--json", options.json_file, "File for the result as JSON; - is stdout");
  app.add_flag("--quiet", options.quiet, "No progress line");
}

base::Result<void> take_rate(const std::string& text, double& rate) {
  if (text == "max") {
    rate = 0;
    return {};
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (error != std::errc() || end != text.data() + text.size() || rate <= 0)
    return base::fail("--rate " + text + ": neither a number above 0 nor max");
  return {};
}

base::Result<void> take_pids(std::string_view text, std::vector<int>& pids) {
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(','));
    int pid = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), pid);
    if (error != std::errc() || end != word.data() + word.size() || pid <= 0)
      return base::fail("--pid " + std::string(word) + ": no process id");
    pids.push_back(pid);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return {};
}

base::Result<void> take_addresses(Options& options) {
  for (const auto& text : options.url_texts) {
    auto url = Url::parse(text);
    if (!url) return tl::unexpected(url.error().at("--url"));
    options.urls.push_back(*std::move(url));
  }
  if (options.mode == Mode::kIdle) return {};
  if (options.publish == PublishHow::kPost) {
    auto url = Url::parse(options.publish_url_text);
    if (!url) return tl::unexpected(url.error().at("--publish-url"));
    options.publish_url = *std::move(url);
  } else {
    auto redis = Endpoint::parse(options.redis_text);
    if (!redis) return tl::unexpected(redis.error().at("--redis"));
    options.redis = *std::move(redis);
  }
  return {};
}

std::size_t divided_up(std::size_t count, std::size_t by) { return (count + by - 1) / by; }

void fill_in(Options& options, const Raw& raw) {
  const auto n = options.connections;
  const bool mixed = options.mode == Mode::kMixed;
  const bool own_channels = options.mode == Mode::kIdle || options.mode == Mode::kPerUser;
  if (options.processes == 0) options.processes = divided_up(n, kClientsPerProcess);
  options.addresses = std::min(raw.addresses.value_or(divided_up(n, kClientsPerAddress)), kMostAddresses);
  if (mixed) {
    options.channels = 1 + n / 2;
  } else if (options.channels == 0) {
    options.channels = own_channels ? n : 1;
  }
  if (options.pipeline == 0) options.pipeline = options.publish == PublishHow::kPost ? 16 : 256;
  const bool storm = options.mode == Mode::kStorm;
  options.events = options.mode == Mode::kIdle ? 0 : raw.events.value_or(storm ? 1 : 100);
  if (storm) options.missed = raw.missed.value_or(20);
  if (options.window == 0) {
    const auto queued = std::min(kMostQueued, kMostQueuedBytes / std::max<std::size_t>(options.size_bytes, 1));
    options.window = std::max(queued, 2 * divided_up(n, options.channels));
  }
  options.stalled = raw.stalled.value_or(options.mode == Mode::kSlow ? n / 10 : 0);
  options.churn = raw.churn.value_or(mixed ? static_cast<double>(n) / 100 : 0);
  options.resume = !raw.no_resume;
  options.settle = Seconds(raw.settle_s);
  options.duration = Seconds(raw.duration_s);
  options.patience = Seconds(raw.patience_s);
}

base::Result<void> check(const Options& options) {
  if (options.connections == 0) return base::fail("--connections 0: at least one");
  if (options.mode == Mode::kMixed && options.connections < 4)
    return base::fail("mixed needs --connections of at least 4");
  if (options.stalled >= options.connections) return base::fail("--stalled: some clients must read");
  if (options.channels > options.connections) return base::fail("--channels: more than clients");
  if (options.warmup == 0) return base::fail("--warmup: at least 1, which tells that every subscription stands");
  if (options.connect_window < options.processes) return base::fail("--connect-window: fewer than processes");
  if (options.size_bytes < Payload::kLeastBytes)
    return base::fail("--size: at least " + std::to_string(Payload::kLeastBytes));
  if (options.channels > 1 && options.channel.find("{n}") == std::string::npos)
    return base::fail("--channel " + options.channel + ": needs {n} for more than one channel");
  const bool still = options.mode == Mode::kIdle || options.mode == Mode::kStorm;
  if (still && (options.stalled > 0 || options.churn > 0))
    return base::fail("--stalled and --churn are not for " + options.mode_name);
  if (options.burst > 0 && options.mode != Mode::kBroadcast) return base::fail("--burst is for broadcast");
  return {};
}

}  // namespace

base::Result<Options> Options::parse(int argc, char** argv) {
  Options options;
  Raw raw;
  CLI::App app("Drives an SSE server with many clients and a publisher, and checks what it delivers", "sseload");
  declare(app, options, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    std::exit(code == 0 ? 0 : kUsage);  // NOLINT(concurrency-mt-unsafe): the only thread
  }
  const auto mode = look_up(kModes, options.mode_name, "mode");
  if (!mode) return tl::unexpected(mode.error());
  options.mode = *mode;
  const auto how = look_up(kHows, options.publish_name, "--publish");
  if (!how) return tl::unexpected(how.error());
  options.publish = *how;
  if (auto taken = take_rate(raw.rate, options.rate); !taken) return tl::unexpected(taken.error());
  if (auto taken = take_pids(raw.pids, options.pids); !taken) return tl::unexpected(taken.error());
  if (auto taken = take_addresses(options); !taken) return tl::unexpected(taken.error());
  fill_in(options, raw);
  if (auto checked = check(options); !checked) return tl::unexpected(checked.error());
  return options;
}

}  // namespace freshet::loadtest
