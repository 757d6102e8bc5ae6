#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/backplane.h"
#include "broker/dataset.h"
#include "sim/simulation.h"

namespace freshet::test::sim {

class Server;

/// One connection to a server: commands go up, replies and messages come down, each way with its own latency.
class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(Simulation& simulation, std::function<void()> closed)
      : up(simulation), down(simulation), simulation_(simulation), closed_(std::move(closed)) {}

  /// Both ways dead; the owner hears of it `notice` later, or never.
  void close(Ticks notice) {
    if (!std::exchange(open, false)) return;
    up.cut();
    down.cut();
    if (notice >= 0) simulation_.at(notice, [self = shared_from_this()] { self->closed_(); });
  }

  Pipe up;
  Pipe down;
  std::set<std::string, std::less<>> subscribed;
  std::string instance;  ///< whose marks it carries; empty on a command link
  broker::Backplane::Observer* observer = nullptr;
  bool open = true;

 private:
  Simulation& simulation_;
  std::function<void()> closed_;
};

/// What a server persists and replicates.
struct State {
  broker::Dataset data;
  int history = 0;  ///< each dataset that begins anew has a higher number
};

/// A Redis server in one life: a dataset, an epoch, a clock of its own that may be off, and who is connected.
class Server {
 public:
  Server(Simulation& simulation, State state, int epoch, Ticks clock_error)
      : data(std::move(state.data)),
        history(state.history),
        offset(clock_error),
        simulation_(simulation),
        epoch_("e" + std::to_string(epoch)) {}

  [[nodiscard]] broker::Dataset::Server server() const {
    return {static_cast<broker::Id>(std::max<Ticks>(simulation_.ticks() + offset, 1)), epoch_};
  }
  broker::Dataset::Bus bus() {
    return {[this](std::string_view channel, std::string_view bytes) { message(channel, bytes); },
            [this](broker::Id floor) { fence(floor); }};
  }
  /// A new life without an end of the old one: as when a primary gets its first replica.
  void rename(int epoch) { epoch_ = "e" + std::to_string(epoch); }
  /// Remembers the state for a later stale restart or failover.
  void save() {
    if (!snapshots_wanted) return;
    snapshots.emplace_back(simulation_.ticks(), State{data, history});
    if (snapshots.size() > 80) snapshots.erase(snapshots.begin(), snapshots.begin() + 40);
  }
  void mark(const std::string& instance, std::uint64_t nonce) {
    const auto clock = data.mark(server(), bus());
    save();
    each([&](Link& link) {
      if (link.instance != instance) return;
      link.down.send([observer = link.observer, nonce, clock] { observer->on_mark(nonce, clock); });
    });
  }

  broker::Dataset data;
  int history;
  Ticks offset;
  std::vector<std::shared_ptr<Link>> links;
  std::vector<std::pair<Ticks, State>> snapshots;
  bool snapshots_wanted = false;

 private:
  template <class Action>
  void each(Action action) {
    std::erase_if(links, [](const auto& link) { return !link->open; });
    for (const auto& link : links) action(*link);
  }
  void message(std::string_view channel, std::string_view bytes) {
    each([&](Link& link) {
      if (!link.subscribed.contains(channel)) return;
      link.down.send([&simulation = simulation_, self = link.shared_from_this(), name = std::string(channel),
                      copy = std::string(bytes)] {
        // What comes in the same tick was read at once; other things happen in between, more than a daemon allows.
        self->observer->on_batch_begin();
        self->observer->on_message(name, copy);
        simulation.at(0, [self] {
          if (self->open) self->observer->on_batch_end();
        });
      });
    });
  }
  void fence(broker::Id floor) {
    each([&](Link& link) {
      if (!link.instance.empty()) link.down.send([observer = link.observer, floor] { observer->on_fence(floor); });
    });
  }

  Simulation& simulation_;
  std::string epoch_;
};

/// The two links of one daemon, with reconnects. `primary` is whoever is the primary at the moment, or null.
class RedisBackplane final : public broker::Backplane {
 public:
  RedisBackplane(Simulation& simulation, std::string instance, std::shared_ptr<Server>* primary)
      : simulation_(simulation),
        instance_(std::move(instance)),
        primary_(primary),
        alive_(std::make_shared<bool>(true)) {}
  ~RedisBackplane() override {
    *alive_ = false;
    if (subscriber) subscriber->close(-1);
    if (command) command->close(-1);
  }

  void start(Observer& observer) override {
    observer_ = &observer;
    connect_command();
    connect_subscriber();
  }

  void subscribe(const std::vector<std::string_view>& channels) override {
    for (const auto channel : channels) {
      subscriber->up.send([link = subscriber, name = std::string(channel)] {
        link->subscribed.insert(name);
        link->down.send([observer = link->observer, name] { observer->on_confirmed(name); });
      });
    }
  }
  void unsubscribe(const std::vector<std::string_view>& channels) override {
    for (const auto channel : channels) {
      subscriber->up.send([link = subscriber, name = std::string(channel)] { link->subscribed.erase(name); });
    }
  }
  void mark(std::uint64_t nonce) override {
    command->up.send([server = server_, instance = instance_, nonce] { server->mark(instance, nonce); });
  }
  void sync(broker::Id highest, std::string_view epoch) override {
    if (!show_evidence) highest = 0;
    command->up.send([server = server_, link = command, highest, known = std::string(epoch)] {
      const auto clock = server->data.sync(server->server(), highest, known, server->bus());
      server->save();
      link->down.send([observer = link->observer, clock] { observer->on_synced(clock); });
    });
  }
  void read_history(std::string_view channel) override {
    command->up.send([server = server_, link = command, name = std::string(channel)] {
      const auto now = server->server().now;
      std::vector<std::string> ring(server->data.ring(name, now).begin(), server->data.ring(name, now).end());
      link->down.send([observer = link->observer, name, now, ring = std::move(ring), floor = server->data.clock().floor,
                       epoch = server->data.clock().epoch] {
        broker::History history;
        history.records.assign(ring.begin(), ring.end());
        history.floor = floor;
        history.epoch = epoch;
        history.now = now;
        observer->on_history(name, history);
      });
    });
  }
  void publish(broker::Publication, std::function<void(broker::PublishResult)>) override {}
  void replace_subscriber(std::string_view) override {
    subscriber->close(-1);
    subscriber_closed();
  }
  [[nodiscard]] std::string trouble() const override { return {}; }

  std::shared_ptr<Link> subscriber;
  std::shared_ptr<Link> command;
  bool show_evidence = true;  ///< off: what happens without the rule
  Ticks cut_off_until = 0;    ///< Redis cannot be reached before

 private:
  std::shared_ptr<Link> connect(const std::string& instance, void (RedisBackplane::*closed)()) {
    auto link = std::make_shared<Link>(simulation_, [this, alive = alive_, closed] {
      if (*alive) (this->*closed)();
    });
    link->instance = instance;
    link->observer = observer_;
    (*primary_)->links.push_back(link);
    return link;
  }
  void connect_command() {
    if (!*primary_ || simulation_.ticks() < cut_off_until) return retry(10, &RedisBackplane::connect_command);
    server_ = *primary_;
    command = connect("", &RedisBackplane::command_closed);
    observer_->on_command_up();
  }
  void connect_subscriber() {
    if (!*primary_ || simulation_.ticks() < cut_off_until) return retry(10, &RedisBackplane::connect_subscriber);
    subscriber = connect(instance_, &RedisBackplane::subscriber_closed);
    observer_->on_subscriber_up();
  }
  void command_closed() {
    if (!command) return;
    command.reset();
    observer_->on_command_down();
    retry(simulation_.dice.between(1, 25), &RedisBackplane::connect_command);
  }
  void subscriber_closed() {
    if (!subscriber) return;
    subscriber.reset();
    observer_->on_subscriber_down();
    retry(simulation_.dice.between(1, 25), &RedisBackplane::connect_subscriber);
  }
  void retry(Ticks delay, void (RedisBackplane::*again)()) {
    simulation_.at(delay, [this, alive = alive_, again] {
      if (*alive) (this->*again)();
    });
  }

  Simulation& simulation_;
  std::string instance_;
  std::shared_ptr<Server>* primary_;
  std::shared_ptr<Server> server_;
  std::shared_ptr<bool> alive_;
  Observer* observer_ = nullptr;
};

}  // namespace freshet::test::sim
