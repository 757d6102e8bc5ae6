#include "ctl/status.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "ctl/ends_at_signal.h"
#include "ctl/exit_codes.h"
#include "ctl/redis_session.h"
#include "ctl/signal_fd.h"
#include "ctl/status_text.h"

namespace freshet::ctl {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kTimeout{3000};

/// One look at all listeners.
struct Sample {
  Clock::time_point at;
  std::vector<StatusRow> rows;
};

/// `anonymous`: no key was sent.
StatusRow row_of(const Endpoint& listener, const HttpResult& reply, bool anonymous) {
  StatusRow row{listener.name, {}, {}, {}};
  row.status.instance = listener.instance;
  if (!reply) {
    row.trouble = "no answer: " + why_silent(listener, reply.error());
  } else if (reply->head.status != 200) {
    row.trouble = "answers " + describe(reply->head, reply->body);
    if (anonymous && reply->head.status == 401) row.trouble += " (--key-file FILE sends a publish key)";
  } else if (auto status = parse_status(reply->body)) {
    row.status = std::move(*status);
  } else {
    row.trouble = "no status: " + status.error().message;
  }
  return row;
}

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
    sample.rows.push_back(row_of(listeners[i], replies[i], headers.empty()));
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
    return (redraws ? "\x1b[H\x1b[2J" : "") + status_table(rows, output_) + status_notes(rows, elsewhere);
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

int status(const StatusOptions& options, const CommonOptions& common, const Output& output) {
  const auto reach = reach_ops(options.ops, common, output);
  if (!reach) return reach.error();
  Observer observer(*reach, options, common, output);
  if (!options.watch) {
    const auto ended = output.print(observer.observe());
    return ended.value_or(observer.all_answer() ? kExitOk : kExitUnavailable);
  }
  const SignalFd signals;
  const auto interruptible = output.until(signals);
  for (;;) {
    std::string text;
    {
      const EndsAtSignal at_once(signals);
      text = observer.observe();
    }
    if (const auto ended = interruptible.print(text)) return *ended;
  }
}

}  // namespace freshet::ctl
