#include "redis/sentinel_link.h"

#include <limits>
#include <utility>

#include "base/text.h"
#include "uv/loop.h"

namespace freshet::redis {
namespace {

/// What a message that was lost may cost.
constexpr std::chrono::seconds kPollInterval{1};
constexpr std::string_view kUnknown = "does not know the master ";

/// The value that follows `name` in a flat list of names and values.
std::string_view field(Value list, std::string_view name) {
  for (std::size_t i = 0; i + 1 < list.size(); i += 2) {
    if (list[i].text() == name) return list[i + 1].text();
  }
  return {};
}

}  // namespace

SentinelLink::SentinelLink(uv::Loop& loop, Options options, Log log, std::function<void()> changed)
    : loop_(loop),
      address_(options.asking.connection.address.text()),
      master_(std::move(options.master)),
      changed_(std::move(changed)),
      link_(loop, std::move(options.asking), log, *this),
      news_(loop, std::move(options.listening), std::move(log), [this] { ask(); }) {}

void SentinelLink::start() {
  link_.start();
  news_.start();
}

void SentinelLink::on_connected() {
  reachable_ = true;
  ask();
}

void SentinelLink::on_push(Value reply) {
  link_.connection().close("a reply that nobody asked for: " + reply.describe());
}

void SentinelLink::on_lost(bool /*was_up*/) {
  reachable_ = asking_ = ask_again_ = unknown_ = false;
  poll_.reset();
  answer_.reset();
  was_heard_ = true;
  changed_();
}

/// The address is asked for behind the epoch: a failover in between makes a new address with an old epoch, which the
/// next answer puts right. The other way round, the old address would come with the new epoch, and win.
void SentinelLink::ask() {
  if (!reachable_) return;
  ask_again_ = asking_;
  if (asking_) return;
  asking_ = true;
  poll_.reset();
  auto& connection = link_.connection();
  connection.send({"SENTINEL", "MASTER", master_}, [this](const base::Result<Reply>& reply) {
    if (reply) judge_state(reply->value());
  });
  connection.send({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", master_}, [this](const base::Result<Reply>& reply) {
    if (reply) judge_address(reply->value());
  });
}

void SentinelLink::judge_state(Value reply) {
  epoch_ = base::parse_decimal(field(reply, "config-epoch"));
  if (epoch_) return;
  if (reply.is_error() && reply.text().starts_with("ERR No such master")) return;
  link_.connection().close("SENTINEL MASTER: " + reply.describe(), retry_after(reply.text()));
}

void SentinelLink::judge_address(Value reply) {
  if (!epoch_ || reply.is(Value::Type::kNil)) {
    if (!std::exchange(unknown_, true)) {
      link_.log(Level::kError, std::string(kUnknown) + '"' + master_ + '"');
    }
    return conclude(std::nullopt);
  }
  const auto port = reply.size() == 2 ? base::parse_decimal(reply[1].text()) : std::nullopt;
  if (!port || *port < 1 || *port > std::numeric_limits<std::uint16_t>::max() || reply[0].text().empty()) {
    return link_.connection().close("SENTINEL GET-MASTER-ADDR-BY-NAME: " + reply.describe(), retry_after(reply.text()));
  }
  const auto known = "knows the master \"" + master_ + '"';
  if (!link_.up()) {
    link_.declare_up(known);
  } else if (unknown_) {
    link_.log(Level::kInfo, known);
  }
  unknown_ = false;
  conclude(SentinelAnswer{uv::Address::tcp(std::string(reply[0].text()), static_cast<std::uint16_t>(*port)), *epoch_});
}

void SentinelLink::conclude(std::optional<SentinelAnswer> answer) {
  asking_ = false;
  was_heard_ = true;
  answer_ = std::move(answer);
  poll_ = loop_.after(kPollInterval, [this] { ask(); });
  if (std::exchange(ask_again_, false)) ask();
  changed_();
}

std::string SentinelLink::trouble() const {
  if (answer_) return {};
  if (unknown_) return address_ + ' ' + std::string(kUnknown) + '"' + master_ + '"';
  auto reason = link_.reason();
  if (const auto dial = "connect to " + address_ + ": "; reason.starts_with(dial)) reason.erase(0, dial.size());
  return address_ + ": " + reason;
}

}  // namespace freshet::redis
