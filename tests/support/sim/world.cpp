#include "sim/world.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <utility>

#include "sim/daemon.h"

namespace freshet::test::sim {
namespace {

constexpr Ticks kEnd = 1500;
constexpr Ticks kQuiet = 6000;  // long enough for a client that takes one event at a time
constexpr broker::Dataset::Options kDatasetOptions{4, kTtl, 1024, kSkew, 20, 1U << 20U};
const std::vector<std::string> kChannels{"A", "B", "C"};

const std::map<std::string, std::vector<std::string>> kFaults{
    {"none", {}},
    {"net", {"killsub", "killcmd", "stallsub", "killdaemon"}},
    {"quiet", {"quiet", "killsub", "rename"}},
    {"redis", {"killsub", "killcmd", "flushall", "restart_empty", "restart_full", "rename"}},
    {"clock", {"killsub", "clock", "restart_full"}},
    {"trip", {"killsub", "trip"}},
    {"ttl", {"killsub", "setttl", "quiet"}},
    {"lostwrites", {"killsub", "restart_stale", "failover", "failover_skew"}},
    {"silent", {"killsub", "silent"}},
    // Ids run ahead of the time and fall, while daemons are away that have seen the higher ones.
    {"lead",
     {"cutoff", "failover", "flush_unseen", "flushall", "killcmd", "killsub", "rename", "rename", "restart_full",
      "restart_stale"}},
    {"all",
     {"clock", "failover", "failover_skew", "flushall", "killcmd", "killdaemon", "killsub", "quiet", "restart_empty",
      "rename", "restart_full", "restart_stale", "setttl", "stallsub"}},
};

std::string_view line_after(std::string_view text, std::string_view field) {
  const auto at = text.find(field);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + field.size());
  return text.substr(0, text.find('\n'));
}

/// Reads a frame as a client would.
Item parse(std::string_view frame) {
  Item item;
  if (const auto id = line_after(frame, "id: "); !id.empty()) item.id = std::stoull(std::string(id));
  const auto data = line_after(frame, "data: ");
  const auto name = line_after(frame, "event: ");
  if (name == "stream-reset") {
    item.kind = Item::Kind::kReset;
    for (const auto& channel : kChannels) {
      if (data.find('"' + channel + '"') != std::string_view::npos) item.channels.push_back(channel);
    }
  } else if (name == "stream-cursor") {
    item.kind = data.find("position") == std::string_view::npos ? Item::Kind::kCursor : Item::Kind::kPosition;
  } else {
    item.uid = std::stoi(std::string(data));
  }
  return item;
}

}  // namespace

/// One HTTP stream between a client and a daemon, as the daemon's sink.
class Session final : public broker::Sink {
 public:
  Session(World& world, Client& client, Daemon& serving)
      : daemon(&serving),
        world_(world),
        client_(client),
        pipe_(world.simulation_),
        alive_(std::make_shared<bool>(true)) {
    sent_ = client.cursor.id;
    subscription = serving.hub->subscribe(client.channels, client.cursor, *this);
  }
  ~Session() override { *alive_ = false; }

  bool offer(const sse::FramePtr& frame, broker::Pace pace) override {
    if (pace == broker::Pace::kReplay && world_.page_ > 0 && taken_ >= world_.page_) {
      world_.simulation_.at(world_.simulation_.dice.between(1, 30), [this, alive = alive_] {
        if (!*alive || !subscription) return;
        taken_ = 0;
        subscription->resume();
      });
      return false;
    }
    if (pace == broker::Pace::kReplay) ++taken_;
    auto item = parse(frame->plain());
    item.sent = world_.simulation_.ticks();
    check(item);
    if (item.id) sent_ = *item.id;
    pipe_.send([this, alive = alive_, item] {
      if (*alive) world_.receive(client_, item);
    });
    return true;
  }
  /// The daemon or the connection is gone: nothing more comes.
  void cut() {
    pipe_.cut();
    subscription.reset();
  }

  Daemon* daemon;
  std::unique_ptr<broker::Subscription> subscription;

 private:
  void check(const Item& item) {
    if (item.kind == Item::Kind::kReset && !world_.reset_is_justified(sent_, item.channels)) {
      world_.violations_.push_back("UNEXPECTED reset to client " + std::to_string(client_.index) + " at cursor " +
                                   std::to_string(sent_) + " time " + std::to_string(item.sent) + " floor " +
                                   std::to_string(world_.primary_->data.clock().floor) + " last " +
                                   std::to_string(world_.primary_->data.clock().last));
    }
    if (item.kind != Item::Kind::kReset && item.kind != Item::Kind::kCursor && item.id && *item.id <= sent_) {
      world_.violations_.push_back("BACKWARDS id " + std::to_string(*item.id) + " after " + std::to_string(sent_));
    }
  }

  World& world_;
  Client& client_;
  Pipe pipe_;
  std::shared_ptr<bool> alive_;
  broker::Id sent_ = 0;
  std::size_t taken_ = 0;
};

void Daemon::die() {
  if (!hub) return;
  for (auto& client : world_.clients_) {
    if (!client->session || client->session->daemon != this) continue;
    client->session->cut();
    world_.lost(*client);
  }
  backplane.reset();
  hub.reset();
}

void Daemon::start() {
  if (hub) return;
  ++life;
  backplane = std::make_unique<RedisBackplane>(world_.simulation_, "d" + std::to_string(index_), &world_.primary_);
  backplane->show_evidence = !world_.sabotage_.no_evidence;
  broker::Hub::Options options;
  options.log_events = 6;
  options.probe_interval = base::Duration(40);
  options.linger = base::Duration(30);
  options.hash = base::KeyedHash(base::KeyedHash::Key{});
  hub = std::make_unique<broker::Hub>(world_.simulation_, *backplane, options);
  hub->start();
}

void Daemon::cut_off(Ticks span) {
  if (!hub) return;
  backplane->cut_off_until = world_.simulation_.ticks() + span;
  for (const auto& link : {backplane->subscriber, backplane->command}) {
    if (link) link->close(0);
  }
}

World::World(std::uint64_t seed, const std::string& faults, Sabotage sabotage)
    : faults_(faults), sabotage_(sabotage), simulation_(seed), dice_(seed ^ 0x5eed) {
  primary_ = std::make_shared<Server>(simulation_, anew(), epochs_, 0);
  for (const auto& kind : kFaults.at(faults)) {
    if (kind.rfind("restart", 0) == 0 || kind.rfind("failover", 0) == 0) primary_->snapshots_wanted = true;
  }
  for (int i = 0; i < 2; ++i) daemons_.push_back(std::make_unique<Daemon>(*this, i));
  const std::vector<std::vector<std::string>> wanted{{"A", "B"}, {"B", "C"}, {"A"}, {"A", "C"}};
  for (const auto& channels : wanted) {
    auto client = std::make_unique<Client>();
    client->index = static_cast<int>(clients_.size());
    client->channels = channels;
    clients_.push_back(std::move(client));
  }
  page_ = static_cast<std::size_t>(dice_.pick<Ticks>({0, 0, 1, 3}));
  plan(faults);
}

World::~World() {
  for (auto& client : clients_) {
    if (client->session) client->session->cut();
  }
}

void World::note(const std::string& line) const {
  if (trace) std::printf("%6lld  %s\n", static_cast<long long>(simulation_.ticks()), line.c_str());
}

void World::plan(const std::string& faults) {
  auto kinds = kFaults.at(faults);
  const bool quiet = std::erase(kinds, "quiet") > 0 && dice_.chance(.7);
  auto& dice = dice_;
  for (int client = 0; client < 4; ++client) operations_.push_back({dice.between(30, 400), "connect", "", client});
  const Ticks quiet_from = dice.between(200, 700);
  const Ticks rate = dice.pick<Ticks>({6, 15, 40, 90});
  const auto channel = [&] { return kChannels[static_cast<std::size_t>(dice.between(0, 2))]; };
  for (Ticks at = 20 + dice.between(1, rate); at < kEnd - 50; at += dice.between(1, rate)) {
    if (quiet && quiet_from < at && at < quiet_from + 500 && dice.chance(.93)) continue;
    const auto ttl = dice.pick<Ticks>({0, 0, 0, 900});
    operations_.push_back({at, "publish", channel(), 0, ttl, dice.pick<Ticks>({0, 0, 0, 2, 12})});
    if (dice.chance(.25)) operations_.push_back({at, "publish", channel(), 0});
  }
  for (Ticks n = dice.between(2, 14); n > 0; --n) {
    operations_.push_back({dice.between(60, 1480), "drop", "", static_cast<int>(dice.between(0, 3)),
                           dice.pick<Ticks>({1, 5, 20, 60, 200, 400})});
  }
  const Ticks most = faults == "lead" ? 10 : 4;
  for (Ticks n = kinds.empty() ? 0 : dice.between(1, most); n > 0; --n) {
    Operation fault;
    fault.kind = kinds[static_cast<std::size_t>(dice.between(0, static_cast<Ticks>(kinds.size()) - 1))];
    fault.at = dice.between(60, 1450);
    fault.target = static_cast<int>(dice.between(0, 1));
    fault.channel = channel();
    if (fault.kind == "killsub" || fault.kind == "killcmd") fault.a = dice.pick<Ticks>({0, 3, 30});
    if (fault.kind == "killdaemon") fault.a = dice.between(5, 100);
    if (fault.kind == "flush_unseen") {
      fault.a = dice.between(20, 150);
      for (Ticks lives = dice.between(1, 3); lives > 0; --lives) {
        operations_.push_back({fault.at - dice.between(1, 40), "rename", ""});
      }
      operations_.push_back(
          {fault.at + dice.between(0, 30), "drop", "", static_cast<int>(dice.between(0, 3)), dice.between(20, 200)});
    }
    if (fault.kind == "cutoff") {
      fault.a = dice.between(5, 200);
      fault.target = static_cast<int>(dice.between(0, 2));  // 2: both
    }
    if (fault.kind == "setttl") fault.a = dice.pick<Ticks>({150, 300, 450, 600});
    if (fault.kind == "trip") {
      fault.a = dice.pick<Ticks>({100, 400, 1000});
      fault.b = dice.between(50, 150);
    }
    if (fault.kind == "clock") fault.a = dice.pick<Ticks>({-10, -60, -200, -200, 30});
    if (fault.kind.rfind("restart", 0) == 0) {
      fault.a = dice.between(2, 60);
      fault.b = dice.pick<Ticks>({5, 20, 80});
    }
    if (fault.kind.rfind("failover", 0) == 0) {
      fault.a = dice.between(1, 20);
      fault.b = dice.pick<Ticks>({0, 3, 10, 40});
      fault.c = dice.pick<Ticks>({0, 0, 30, 60});
      for (int stray = 0; fault.c > 0 && stray < 2; ++stray) {
        operations_.push_back({fault.at + dice.between(1, fault.c), "publish_zombie", channel()});
      }
    }
    operations_.push_back(fault);
  }
}

std::vector<std::string> World::run() {
  for (auto& daemon : daemons_) daemon->start();
  for (const auto& operation : operations_) simulation_.at(operation.at, [this, &operation] { execute(operation); });
  simulation_.run(kEnd);
  for (auto& daemon : daemons_) daemon->start();
  simulation_.run(kEnd + 150);
  for (auto& client : clients_) connect(*client);
  simulation_.run(kEnd + 400);
  for (const auto& channel : kChannels) {
    if (primary_) publish(primary_, channel, 0, 0, false);
  }
  simulation_.run(kQuiet);
  return judge();
}

void World::execute(const Operation& operation) {
  if (first_floor_ == 0 && primary_) first_floor_ = primary_->data.clock().floor;
  const auto& kind = operation.kind;
  if (kind != "publish" && kind != "connect" && kind != "drop")
    note("FAULT " + kind + " " + std::to_string(operation.a));
  auto& daemon = *daemons_[static_cast<std::size_t>(operation.target % 2)];
  if (kind == "publish" || kind == "silent") {
    if (primary_) publish(primary_, operation.channel, operation.a, operation.b, kind == "silent");
  } else if (kind == "publish_zombie") {
    if (zombie_) publish(zombie_, operation.channel, 0, 0, false);
  } else if (kind == "connect") {
    connect(*clients_[static_cast<std::size_t>(operation.target)]);
  } else if (kind == "drop") {
    drop(*clients_[static_cast<std::size_t>(operation.target)], operation.a);
  } else if (kind == "killsub") {
    if (daemon.hub && daemon.backplane->subscriber) daemon.backplane->subscriber->close(operation.a);
  } else if (kind == "killcmd") {
    if (daemon.hub && daemon.backplane->command) daemon.backplane->command->close(operation.a);
  } else if (kind == "stallsub") {
    if (daemon.hub && daemon.backplane->subscriber) daemon.backplane->subscriber->down.stall();
  } else if (kind == "cutoff") {
    for (int index = 0; index < 2; ++index) {
      if (operation.target == index || operation.target == 2)
        daemons_[static_cast<std::size_t>(index)]->cut_off(operation.a);
    }
  } else if (kind == "killdaemon") {
    if (daemon.hub) {
      daemon.die();
      simulation_.at(operation.a, [&daemon] { daemon.start(); });
    }
  } else if (!primary_) {
    return;
  } else if (kind == "flushall" || kind == "flush_unseen") {
    if (kind == "flush_unseen") {
      for (auto& each : daemons_) each->cut_off(operation.a);
    }
    const auto now = primary_->server().now;
    if (primary_->data.clock().last > now + kSkew) flushes_ahead_.push_back(simulation_.ticks());
    primary_->data.clear();
    primary_->history = ++histories_;
    primary_->save();
    broken_ = true;
  } else if (kind == "setttl") {
    primary_->data.set_ttl(primary_->server(), static_cast<std::uint64_t>(operation.a), primary_->bus());
    primary_->save();
  } else if (kind == "rename") {
    primary_->rename(++epochs_);
  } else if (kind == "trip") {
    leapt_ = true;
    primary_->offset += operation.a;
    simulation_.at(operation.b, [this, back = operation.a] {
      if (primary_) primary_->offset -= back;
    });
  } else if (kind == "clock") {
    primary_->offset += operation.a;
  } else if (kind == "restart_empty") {
    swap(anew(), operation.a, primary_->offset, 0);
  } else if (kind == "restart_full") {
    swap(snapshot(0), operation.a, primary_->offset, 0);
  } else if (kind == "restart_stale") {
    swap(snapshot(operation.b), operation.a, primary_->offset, 0);
  } else if (kind == "failover" || kind == "failover_skew") {
    const auto shift = kind == "failover" ? simulation_.dice.between(-8, 8) : -simulation_.dice.pick<Ticks>({5, 15});
    swap(snapshot(operation.b), operation.a, primary_->offset + shift, operation.c);
  }
}

State World::anew() { return {broker::Dataset(kDatasetOptions), ++histories_}; }

State World::snapshot(Ticks lag) {
  if (lag == 0) return {primary_->data, primary_->history};
  const auto& all = primary_->snapshots;
  for (auto one = all.rbegin(); one != all.rend(); ++one) {
    if (one->first <= simulation_.ticks() - lag) return one->second;
  }
  return anew();
}

/// The primary stops being it; a server with this state takes over after a while.
void World::swap(State state, Ticks down, Ticks offset, Ticks zombie_for) {
  const auto old = std::exchange(primary_, nullptr);
  auto next = std::make_shared<Server>(simulation_, std::move(state), sabotage_.no_epoch ? epochs_ : ++epochs_, offset);
  next->snapshots_wanted = old->snapshots_wanted;
  if (zombie_for > 0 || next->data.clock().last < old->data.clock().last) broken_ = true;
  // The server had begun anew, and the next one has not heard of it: that history is forgotten as a whole.
  const bool undone = next->history < old->history;
  if (undone) broken_ = forgetful_ = true;
  for (auto& event : publishes_) {
    if (event.server != old) continue;
    const bool is_undone = event.history > next->history;
    if (is_undone || event.id > next->data.clock().last) event.forgotten = forgetful_ = true;
    if (!event.forgotten) {
      event.server = next;
    } else if (!event.seen_by) {
      event.seen_by.emplace();
      for (const auto& daemon : daemons_) {
        if (!daemon->hub || daemon->hub->highest_seen() < event.id) continue;
        // Ids alone do not tell which history they are of.
        if (is_undone && (!daemon->hub->dataset() || daemon->hub->dataset()->floor != old->data.clock().floor))
          continue;
        event.seen_by->insert(daemon->name());
      }
    }
  }
  if (zombie_for > 0) {
    zombie_ = old;
    simulation_.at(zombie_for, [this, old] { bury(old); });
  } else {
    bury(old);
  }
  simulation_.at(down, [this, next] { primary_ = next; });
}

void World::bury(const std::shared_ptr<Server>& server) {
  const auto links = server->links;
  for (const auto& link : links) link->close(simulation_.dice.between(0, 4));
  if (zombie_ == server) zombie_ = nullptr;
}

void World::publish(const std::shared_ptr<Server>& server, const std::string& channel, Ticks ttl, Ticks ring,
                    bool silent) {
  broker::Publication publication;
  publication.channel = channel;
  const int uid = static_cast<int>(publishes_.size());
  publication.data = std::to_string(uid);
  if (ttl > 0) publication.ttl = std::chrono::microseconds(std::max(ttl, static_cast<Ticks>(server->data.clock().ttl)));
  if (ring > 0) publication.ring = static_cast<std::uint64_t>(ring);
  auto bus = server->bus();
  if (silent) bus.message = [](std::string_view, std::string_view) {};
  const auto id = server->data.publish(server->server(), publication, bus);
  server->save();
  if (silent) silent_channels_.insert(channel);
  Publish event{uid, *id, channel, simulation_.ticks(), server, server->history, false, silent, {}};
  if (server == zombie_) {
    event.forgotten = forgetful_ = true;
    event.seen_by.emplace();
  }
  note("PUBLISH " + channel + " id " + std::to_string(*id) + " uid " + std::to_string(uid) + (silent ? " silent" : "") +
       (server == zombie_ ? " zombie" : ""));
  publishes_.push_back(std::move(event));
}

void World::connect(Client& client) {
  if (client.session && client.session->subscription) return;
  std::vector<Daemon*> living;
  for (const auto& daemon : daemons_) {
    if (daemon->hub) living.push_back(daemon.get());
  }
  if (living.empty()) return simulation_.at(10, [this, &client] { connect(client); });
  const auto chosen = static_cast<std::size_t>(simulation_.dice.between(0, static_cast<Ticks>(living.size()) - 1));
  note("client " + std::to_string(client.index) + " connects with cursor " + std::to_string(client.cursor.id));
  client.session = std::make_unique<Session>(*this, client, *living[chosen]);
}

void World::drop(Client& client, Ticks away) {
  if (!client.session || !client.session->subscription) return;
  note("client " + std::to_string(client.index) + " drops");
  client.session->cut();
  simulation_.at(away, [this, &client] { connect(client); });
}

void World::lost(Client& client) {
  simulation_.at(simulation_.dice.between(4, 18), [this, &client] { connect(client); });
}

void World::receive(Client& client, Item item) {
  item.received = simulation_.ticks();
  if (item.id) client.cursor = {broker::Cursor::Kind::kAt, *item.id};
  static const std::map<Item::Kind, std::string> kNames{{Item::Kind::kCursor, "cursor"},
                                                        {Item::Kind::kPosition, "position"},
                                                        {Item::Kind::kReset, "reset"},
                                                        {Item::Kind::kEvent, "event"}};
  note("client " + std::to_string(client.index) + " gets " + kNames.at(item.kind) + " id " +
       std::to_string(item.id.value_or(0)) + " uid " + std::to_string(item.uid));
  client.items.push_back(std::move(item));
}

}  // namespace freshet::test::sim
