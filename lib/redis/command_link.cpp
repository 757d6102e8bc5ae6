#include "redis/command_link.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "redis/barring.h"
#include "redis/clock_line.h"
#include "redis/publishing.h"
#include "uv/loop.h"

namespace freshet::redis {
namespace {

using Kind = broker::PublishError::Kind;

/// More than any ring that the functions keep by default; the proof needs the whole ring or says that it was trimmed.
constexpr std::string_view kLastIndex = "65535";
/// A storm of streams asks for hundreds of marks a second, and libraries change hardly ever.
constexpr std::chrono::seconds kFunctionsCheck{1};
/// Of what may wait to be sent, kept free of publications: without room for a mark or a read the connection ends.
constexpr std::size_t kReservedBytes = std::size_t{1} << 20U;

/// Refusals that pass by themselves, and that another connection would meet, too.
bool passes_by_itself(std::string_view error) {
  constexpr std::array<std::string_view, 7> kPassing{"BUSY ",       "LOADING ",    "OOM ",        "MISCONF ",
                                                     "NOREPLICAS ", "MASTERDOWN ", "CLUSTERDOWN "};
  return std::any_of(kPassing.begin(), kPassing.end(), [&](std::string_view code) { return error.starts_with(code); });
}

std::optional<broker::Id> time_of(Value reply) {
  if (reply.size() != 2) return std::nullopt;
  const auto seconds = base::parse_decimal(reply[0].text());
  const auto microseconds = base::parse_decimal(reply[1].text());
  if (!seconds || !microseconds || *seconds > broker::kMaxId / base::kMicrosecondsPerSecond) return std::nullopt;
  return *seconds * base::kMicrosecondsPerSecond + *microseconds;
}

}  // namespace

CommandLink::CommandLink(uv::Loop& loop, Options options, Log log)
    : loop_(loop),
      options_(std::move(options)),
      link_(loop, options_.link, std::move(log), *this),
      memory_(loop, link_) {}

void CommandLink::start(broker::Backplane::Observer& observer) {
  observer_ = &observer;
  link_.start();
}

void CommandLink::on_connected() {
  functions_.emplace(link_.connection(),
                     Functions::Options{.may_load = options_.load_functions,
                                        .log = [this](const std::string& line) { link_.log(Level::kInfo, line); }},
                     [this](const std::string& version) { on_ready(version); });
  memory_.start();
}

void CommandLink::on_push(Value reply) {
  link_.connection().close("a reply that nobody asked for: " + reply.describe());
}

void CommandLink::on_lost(bool was_up) {
  memory_.stop();
  readings_.clear();
  refusal_.clear();
  restoring_ = false;
  if (was_up) observer_->on_command_down();
}

void CommandLink::on_ready(const std::string& version) {
  link_.declare_up("connected to Redis " + version);
  observer_->on_command_up();
  if (control_ != nullptr) control_->on_control_up();
}

void CommandLink::mark(std::uint64_t nonce) {
  if (loop_.now() - functions_checked_ >= kFunctionsCheck) {
    functions_checked_ = loop_.now();
    functions_->check();
  }
  const auto name = options_.mark_tag + std::to_string(nonce);
  link_.connection().send({"FCALL", "freshet_mark", "0", options_.instance, name, "PREFIX", options_.prefix},
                          [this](const base::Result<Reply>& reply) {
                            if (reply) on_marked(reply->value());
                          });
}

void CommandLink::on_marked(Value reply) {
  if (reply.is_error() && !passes_by_itself(reply.text())) return give_up("FCALL freshet_mark", reply);
  const auto refusal = reply.is_error() ? "FCALL freshet_mark: " + reply.describe() : std::string();
  if (refusal != refusal_)
    link_.log(refusal.empty() ? Level::kInfo : Level::kWarn, refusal.empty() ? "marks are taken again" : refusal);
  refusal_ = refusal;
  if (reply.is_error()) return;
  const auto line = parse_clock_line(reply.text());
  if (!line) return link_.connection().close("FCALL freshet_mark: " + line.error().message, Retry::kSlow);
  if (foreign_settings(line->clock) != foreign_settings_) restore_settings();
  // A history that began anew has lost the bars, too.
  if (std::exchange(floor_, line->clock.floor) != line->clock.floor && control_ != nullptr) control_->on_control_up();
}

void CommandLink::sync(broker::Id highest_seen, std::string_view epoch) {
  send_sync(std::to_string(highest_seen), epoch.empty() ? "-" : epoch, [this](const base::Result<Reply>& reply) {
    if (reply) on_synced(reply->value());
  });
}

/// Shows no evidence, and writes what the clock does not say.
void CommandLink::restore_settings() {
  if (std::exchange(restoring_, true)) return;
  send_sync("0", "-", [this](const base::Result<Reply>& reply) {
    if (!reply) return;
    restoring_ = false;
    if (reply->value().is_error()) return;  // with the next mark again
    if (const auto line = parse_clock_line(reply->value().text())) compare_settings(line->clock);
  });
}

void CommandLink::send_sync(const std::string& highest_seen, std::string_view epoch, Connection::Answer answer) {
  const auto ring = std::to_string(options_.ring);
  const auto ttl = std::to_string(options_.ttl.count());
  const auto max_bytes = std::to_string(options_.max_bytes);
  std::vector<std::string_view> command{"FCALL", "freshet_sync", "0", highest_seen, epoch};
  command.insert(command.end(), {"RING", ring, "TTL", ttl, "MAX", max_bytes});
  if (!settings_written_) command.emplace_back("SET");
  command.insert(command.end(), {"PREFIX", options_.prefix});
  link_.connection().send(command, std::move(answer));
}

void CommandLink::on_synced(Value reply) {
  if (reply.is_error() && reply.text().starts_with("EVIDENCE ")) {
    link_.log(Level::kWarn, "FCALL freshet_sync: " + reply.describe() + "; what was known of it is given up");
    return observer_->on_evidence_refused();
  }
  // Evidence that was not shown must be shown again, and that is what follows a connection.
  if (reply.is_error()) return give_up("FCALL freshet_sync", reply);
  const auto line = parse_clock_line(reply.text());
  if (!line) return link_.connection().close("FCALL freshet_sync: " + line.error().message, Retry::kSlow);
  settings_written_ = true;
  floor_ = line->clock.floor;
  compare_settings(line->clock);
  observer_->on_synced(line->clock);
}

std::string CommandLink::foreign_settings(const broker::DatasetClock& clock) const {
  const auto ttl = clock.ttl / base::kMicrosecondsPerSecond;
  std::string found;
  const auto compare = [&](const char* key, std::uint64_t theirs, std::uint64_t ours) {
    if (theirs == ours) return;
    found += (found.empty() ? "" : ", ") + std::string(key) + " " + std::to_string(theirs) + " instead of " +
             std::to_string(ours);
  };
  compare("events", clock.ring, options_.ring);
  compare("ttl (s)", ttl, static_cast<std::uint64_t>(options_.ttl.count()));
  compare("max_event_bytes", clock.max_bytes, options_.max_bytes);
  return found;
}

void CommandLink::compare_settings(const broker::DatasetClock& clock) {
  auto found = foreign_settings(clock);
  if (found != foreign_settings_ && !found.empty()) {
    link_.log(Level::kWarn, "the history in Redis was set up differently from backplane.history here: " + found);
  }
  foreign_settings_ = std::move(found);
}

void CommandLink::read_history(std::string_view channel) {
  auto& connection = link_.connection();
  readings_.push_back({std::string(channel), std::nullopt, std::nullopt});
  const auto ring = options_.prefix + "ring:" + std::string(channel);
  const auto clock = options_.prefix + "clock";
  // The newest come first: a ring that is too large is read as one that was trimmed.
  connection.send(
      {"LRANGE", ring, "0", kLastIndex},
      [this](base::Result<Reply> reply) {
        if (reply) on_ring(std::move(*reply));
      },
      Connection::Cut::kTaken);
  connection.send({"HMGET", clock, "floor", "epoch"}, [this](base::Result<Reply> reply) {
    if (reply) on_clock(std::move(*reply));
  });
  connection.send({"TIME"}, [this](const base::Result<Reply>& reply) {
    if (reply) on_time(reply->value());
  });
}

// A read that fails ends the link: its streams wait for an answer, and begin anew with the next link.
void CommandLink::on_ring(Reply reply) {
  const auto value = reply.value();
  const bool foreign = value.is_error() && value.text().starts_with("WRONGTYPE");
  if (!foreign && !value.is(Value::Type::kArray)) return give_up("LRANGE", value);
  readings_.front().ring = std::move(reply);
}

void CommandLink::on_clock(Reply reply) {
  if (reply.value().size() != 2) return give_up("HMGET", reply.value());
  readings_.front().clock = std::move(reply);
}

void CommandLink::on_time(Value reply) {
  const auto now = time_of(reply);
  if (!now) return give_up("TIME", reply);
  const auto reading = std::move(readings_.front());
  readings_.pop_front();
  broker::History history;
  history.now = *now;
  const auto ring = reading.ring->value();
  history.records.reserve(ring.size());
  for (std::size_t i = 0; i < ring.size() && ring[i].is(Value::Type::kString); ++i) {
    history.records.push_back(ring[i].text());
  }
  history.readable = !ring.is_error() && history.records.empty() == (ring.size() == 0);
  const auto clock = reading.clock->value();
  history.floor = base::parse_decimal(clock[0].text()).value_or(0);
  history.epoch = clock[1].text();
  observer_->on_history(reading.channel, history);
}

void CommandLink::publish(broker::Publication publication, std::function<void(broker::PublishResult)> done) {
  if (!link_.up()) return refuse(std::move(done), publish_failure(Kind::kUnavailable, link_.trouble()));
  auto& connection = link_.connection();
  const auto data_bytes = publication.data.size();
  const auto command = publish_command(std::move(publication), options_.prefix);
  const std::vector<std::string_view> arguments(command.begin(), command.end());
  const auto bytes = command_bytes(arguments);
  const auto most = std::max(connection.max_queued_bytes(), kReservedBytes) - kReservedBytes;
  if (bytes > most) {
    return refuse(std::move(done),
                  publish_failure(Kind::kTooLarge, "data of " + std::to_string(data_bytes) + " bytes"));
  }
  if (connection.queued_bytes() + bytes > most) {
    return refuse(std::move(done), publish_failure(Kind::kUnavailable, link_.about("too much waits to be sent")));
  }
  // Without a reply it is not known what the connection still carried to Redis, and what Redis did of that.
  connection.send(arguments, [this, done = std::move(done)](const base::Result<Reply>& reply) {
    done(reply ? publish_result(reply->value()) : publish_failure(Kind::kUnknown, link_.about(reply.error().message)));
  });
}

void CommandLink::refuse(std::function<void(broker::PublishResult)> done, broker::PublishResult result) {
  answer_later([done = std::move(done), result = std::move(result)] { done(result); });
}

/// Answers on the next turn: nothing calls back from inside a call.
void CommandLink::answer_later(std::function<void()> callback) {
  refused_.push_back(std::move(callback));
  if (refusing_) return;
  refusing_ = loop_.after(base::Duration::zero(), [this] {
    const auto turn = std::move(refusing_);
    for (const auto& waiting : std::exchange(refused_, {})) waiting();
  });
}

void CommandLink::broadcast(const std::string& message, broker::ControlBus::Sent done) {
  if (!link_.up()) return answer_later([this, done = std::move(done)] { done(base::fail(link_.trouble())); });
  link_.connection().send({"PUBLISH", options_.prefix + std::string(kControlName), message},
                          [this, done = std::move(done)](const base::Result<Reply>& reply) {
                            if (!reply) return done(tl::unexpected(report(reply.error())));
                            const auto value = reply->value();
                            if (value.is(Value::Type::kInteger) && value.integer() >= 0) {
                              reported_.clear();
                              return done(static_cast<std::uint64_t>(value.integer()));
                            }
                            done(tl::unexpected(report({"PUBLISH: " + value.describe()})));
                          });
}

void CommandLink::store_bar(broker::ControlBus::BarRequest bar, broker::ControlBus::Stored done) {
  if (!link_.up()) return answer_later([this, done = std::move(done)] { done(base::fail(link_.trouble())); });
  auto user = bar.user;
  const auto command = bar_command(std::move(bar), options_.prefix);
  const std::vector<std::string_view> arguments(command.begin(), command.end());
  link_.connection().send(arguments,
                          [this, user = std::move(user), done = std::move(done)](const base::Result<Reply>& reply) {
                            auto stored = reply ? stored_bar(user, reply->value()) : tl::unexpected(reply.error());
                            if (!stored) return done(tl::unexpected(report(stored.error())));
                            reported_.clear();
                            done(std::move(stored));
                          });
}

void CommandLink::read_bars(broker::ControlBus::BarsRead done) {
  if (!link_.up()) return answer_later([this, done = std::move(done)] { done(base::fail(link_.trouble())); });
  link_.connection().send({"HGETALL", options_.prefix + "bars"},
                          [this, done = std::move(done)](const base::Result<Reply>& reply) {
                            auto bars = reply ? redis::read_bars(reply->value()) : tl::unexpected(reply.error());
                            if (!bars) return done(tl::unexpected(report(bars.error())));
                            reported_.clear();
                            done(std::move(bars));
                          });
}

base::Error CommandLink::report(const base::Error& error) {
  // The loss of the link has a line of its own already, and none for every try. All bars that a Redis has lost are
  // stored again at once, and may be refused as one.
  if (link_.up() && std::exchange(reported_, error.message) != error.message) {
    link_.log(Level::kWarn, "disconnects: " + error.message);
  }
  return {link_.about(error.message)};
}

void CommandLink::give_up(std::string_view command, Value reply) {
  if (reply.text().starts_with("READONLY ") && options_.demoted) options_.demoted();
  link_.connection().close(std::string(command) + ": " + reply.describe(), retry_after(reply.text()));
}

}  // namespace freshet::redis
