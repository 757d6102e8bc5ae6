#include "ctl/status.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "ctl/ends_at_signal.h"
#include "ctl/exit_codes.h"
#include "ctl/quantity.h"
#include "ctl/redis_session.h"
#include "ctl/signal_fd.h"
#include "ctl/table.h"
#include "ctl/text.h"

namespace freshet::ctl {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
using Cell = Table::Cell;

constexpr milliseconds kTimeout{3000};
constexpr std::size_t kMaxNameBytes = 60;

/// One look at all listeners.
struct Sample {
  Clock::time_point at;
  std::vector<StatusRow> rows;
};

Sample look(const std::vector<Endpoint>& listeners, const std::vector<std::string>& headers) {
  std::vector<HttpRequest> requests;
  for (const auto& listener : listeners) {
    auto request = HttpRequest::to(listener, "/status");
    request.timeout = request.connect_timeout = kTimeout;
    request.headers = headers;
    requests.push_back(std::move(request));
  }
  const auto replies = fetch_all(std::move(requests));
  Sample sample{Clock::now(), {}};
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    StatusRow row{listeners[i].name, {}, {}, {}};
    const auto& reply = replies[i];
    if (!reply) {
      row.trouble = reply.error().message;
    } else if (reply->head.status != 200) {
      row.trouble = describe(reply->head, reply->body);
    } else if (auto status = parse_status(reply->body)) {
      row.status = std::move(*status);
    } else {
      row.trouble = status.error().message;
    }
    sample.rows.push_back(std::move(row));
  }
  return sample;
}

/// The later rows, with what happened between the two.
std::vector<StatusRow> compared(const Sample& earlier, Sample later) {
  const std::chrono::duration<double> between = later.at - earlier.at;
  for (std::size_t i = 0; i < later.rows.size(); ++i) {
    if (!later.rows[i].trouble.empty() || !earlier.rows[i].trouble.empty()) continue;
    later.rows[i].rates = rates_between(earlier.rows[i].status, later.rows[i].status, between.count());
  }
  return std::move(later.rows);
}

/// The instances that hear their own probe in Redis. An error says why that is not known.
base::Result<std::vector<std::string>> instances_in_redis(const config::Config& config) {
  auto session = RedisSession::open(config);
  if (!session) return tl::unexpected(session.error());
  const auto begin = config.backplane.redis.prefix + "!probe:";
  const auto reply = (*session)->ask({"PUBSUB", "CHANNELS", begin + "*"});
  if (!reply) return tl::unexpected(reply.error());
  const auto channels = reply->value();
  if (channels.is_error()) return base::fail((*session)->place() + ": PUBSUB CHANNELS: " + channels.describe());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (channels[i].text().starts_with(begin)) names.emplace_back(channels[i].text().substr(begin.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Those of them that have no row.
std::vector<std::string> without_row(std::vector<std::string> names, const std::vector<StatusRow>& rows) {
  const auto has_row = [&](const std::string& name) {
    return std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.status.instance == name; });
  };
  names.erase(std::remove_if(names.begin(), names.end(), has_row), names.end());
  return names;
}

Cell state_cell(const InstanceStatus& status) {
  if (status.state == "ready") return {status.state, Colour::kGreen};
  return {one_line(status.state, 20), status.state == "draining" ? Colour::kYellow : Colour::kRed};
}

Cell up_cell(const InstanceStatus& status) {
  if (status.backplane == "memory") return {"memory", Colour::kDim};
  if (!status.backplane_up) return {"down", Colour::kRed};
  const auto percent = status.redis_memory.percent();
  if (percent < redis::kNearlyFullPercent) return {"up"};
  const bool full = percent >= redis::kFullPercent;
  return {full ? "full" : std::to_string(std::lround(percent)) + "% full", full ? Colour::kRed : Colour::kYellow};
}

/// A full Redis does not show otherwise: streams and the probe go on.
std::string note_on_memory(const redis::Memory& memory) {
  if (memory.percent() < redis::kFullPercent) return {};
  return "Redis is full, " + short_bytes(memory.used_bytes) + " of maxmemory " + short_bytes(memory.limit_bytes) +
         ": at 100 % " + (memory.evicts() ? "it evicts histories" : "publishers are refused (OOM)");
}

std::string p95_of(const std::optional<Rates>& rates) {
  if (!rates || !rates->p95_seconds) return "-";
  return std::isinf(*rates->p95_seconds) ? "> 1 s" : short_time(*rates->p95_seconds);
}

nlohmann::ordered_json json_of(const StatusRow& row) {
  nlohmann::ordered_json json{{"listener", row.listener}};
  if (!row.trouble.empty()) {
    json["error"] = row.trouble;
    return json;
  }
  const auto& status = row.status;
  json["instance"] = status.instance;
  json["state"] = status.state;
  if (!status.reason.empty()) json["reason"] = status.reason;
  json["version"] = status.version;
  json["uptime_seconds"] = status.uptime_seconds;
  json["streams"] = status.connections;
  json["stream_limit"] = status.connection_limit;
  json["channels"] = status.subscriptions;
  json["events_received_per_second"] = nullptr;
  json["events_sent_per_second"] = nullptr;
  json["publish_to_write_p95_seconds"] = nullptr;
  if (row.rates) {
    json["events_received_per_second"] = row.rates->received_per_second;
    json["events_sent_per_second"] = row.rates->sent_per_second;
    if (row.rates->p95_seconds) json["publish_to_write_p95_seconds"] = *row.rates->p95_seconds;
  }
  json["probe_seconds"] = nullptr;
  if (status.probe_seconds) json["probe_seconds"] = *status.probe_seconds;
  json["backplane"] = status.backplane;
  json["backplane_up"] = status.backplane_up;
  json["redis_memory_bytes"] = status.redis_memory.used_bytes;
  json["redis_memory_limit_bytes"] = status.redis_memory.limit_bytes;
  return json;
}

/// What is said below the table.
std::string notes(const std::vector<StatusRow>& rows, const std::vector<std::string>& elsewhere) {
  std::string text;
  for (const auto& row : rows) {
    if (!row.trouble.empty()) continue;
    for (const auto& note : {row.status.reason, note_on_memory(row.status.redis_memory)}) {
      if (note.empty()) continue;
      text += one_line(row.status.instance, kMaxNameBytes) + ": " + one_line(note, 300) + '\n';
    }
  }
  std::string names;
  for (const auto& name : elsewhere) names += (names.empty() ? "" : ", ") + one_line(name, kMaxNameBytes);
  if (!names.empty()) text += "also on this Redis, without a row here: " + names + '\n';
  return text;
}

/// Looks at the listeners and at Redis, as often as it is asked to, and makes a text of it.
class Observer {
 public:
  /// All of them outlive it.
  Observer(const OpsReach& reach, const StatusOptions& options, const CommonOptions& common, const Output& output)
      : reach_(reach), options_(options), common_(common), output_(output) {}

  /// What to print of the next interval.
  std::string observe() {
    if (earlier_.rows.empty()) earlier_ = look(reach_.listeners, reach_.headers);
    std::this_thread::sleep_for(options_.interval);
    auto later = look(reach_.listeners, reach_.headers);
    const auto rows = compared(earlier_, later);
    earlier_ = std::move(later);
    const auto elsewhere = ask_redis(rows);
    if (common_.json) return status_json(rows, elsewhere);
    const bool redraws = options_.watch && output_.to_terminal();
    return (redraws ? "\x1b[H\x1b[2J" : "") + status_table(rows, output_) + notes(rows, elsewhere);
  }

  /// Whether all listeners did, last time.
  [[nodiscard]] bool all_answer() const {
    return std::all_of(earlier_.rows.begin(), earlier_.rows.end(), [](const auto& row) { return row.trouble.empty(); });
  }

 private:
  /// The instances that have no row.
  std::vector<std::string> ask_redis(const std::vector<StatusRow>& rows) {
    const auto& config = reach_.settings.config;
    if (!reach_.settings.usable() || config.backplane.type != config::BackplaneType::kRedis) return {};
    auto names = instances_in_redis(config);
    if (names) return without_row(std::move(*names), rows);
    if (!std::exchange(told_, true)) {
      output_.complain("instances on other machines are not named: " + names.error().message);
    }
    return {};
  }

  const OpsReach& reach_;
  const StatusOptions& options_;
  const CommonOptions& common_;
  const Output& output_;
  Sample earlier_;
  bool told_ = false;  ///< that Redis names no instances
};

}  // namespace

std::string status_table(const std::vector<StatusRow>& rows, const Output& output) {
  Table table({{"INSTANCE"},
               {"STATE"},
               {"VERSION"},
               {"UPTIME", true},
               {"STREAMS", true},
               {"CHANNELS", true},
               {"IN/S", true},
               {"OUT/S", true},
               {"P95", true},
               {"PROBE", true},
               {"REDIS"}});
  for (const auto& row : rows) {
    if (!row.trouble.empty()) {
      table.add({{row.listener}, {"no answer: " + one_line(row.trouble, 200), Colour::kRed}});
      continue;
    }
    const auto& status = row.status;
    const auto rate = [&](double Rates::*member) {
      return row.rates ? short_number((*row.rates).*member) : std::string("-");
    };
    table.add({{one_line(status.instance, kMaxNameBytes)},
               state_cell(status),
               {one_line(status.version, 20)},
               {long_time(static_cast<std::uint64_t>(std::max(status.uptime_seconds, 0.0)))},
               {std::to_string(status.connections)},
               {std::to_string(status.subscriptions)},
               {rate(&Rates::received_per_second)},
               {rate(&Rates::sent_per_second)},
               {p95_of(row.rates)},
               {status.probe_seconds ? short_time(*status.probe_seconds) : "-"},
               up_cell(status)});
  }
  return table.text(output);
}

std::string status_json(const std::vector<StatusRow>& rows, const std::vector<std::string>& elsewhere) {
  nlohmann::ordered_json json{{"instances", nlohmann::ordered_json::array()}, {"elsewhere", elsewhere}};
  for (const auto& row : rows) json["instances"].push_back(json_of(row));
  return json_line(json);
}

int status(const StatusOptions& options, const CommonOptions& common, const Output& output) {
  const auto reach = reach_ops(options.ops, common, output);
  if (!reach) return reach.error();
  Observer observer(*reach, options, common, output);
  if (!options.watch) {
    if (!output.print(observer.observe())) return kExitOk;
    return observer.all_answer() ? kExitOk : kExitUnavailable;
  }
  const SignalFd signals;
  const auto interruptible = output.until(signals);
  for (;;) {
    std::string text;
    {
      const EndsAtSignal at_once(signals);
      text = observer.observe();
    }
    if (!interruptible.print(text)) return kExitOk;
  }
}

}  // namespace freshet::ctl
