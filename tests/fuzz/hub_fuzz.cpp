// The hub between clients that come and go and a backplane that keeps its word (broker/backplane.h) and has all the bad
// luck there is: the bytes of an input are steps. Whatever happens, a stream begins with a control event, the ids on it
// rise between two resets, the logs stay bounded, and in the end every stream is open and nothing is left behind.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "broker/dataset.h"
#include "broker/hub.h"
#include "support/manual_clock.h"

using freshet::broker::Backplane;
using freshet::broker::Cursor;
using freshet::broker::Dataset;
using freshet::broker::DatasetClock;
using freshet::broker::History;
using freshet::broker::Hub;
using freshet::broker::Id;
using freshet::broker::Pace;
using freshet::broker::Publication;
using freshet::broker::PublishResult;
using freshet::broker::Subscription;
using freshet::test::ManualClock;

namespace {

constexpr std::array<const char*, 4> kChannels{"a", "b", "c", "d"};
constexpr std::size_t kStreams = 6;
constexpr std::size_t kBudgetBytes = 4'000;
constexpr std::size_t kMaxSteps = 2'000;

void require(bool holds) {
  if (!holds) std::abort();
}

class Steps {
 public:
  Steps(const std::uint8_t* data, std::size_t size) : data_(data), end_(data + std::min(size, kMaxSteps)) {}
  [[nodiscard]] bool more() const { return data_ != end_; }
  /// Below `limit`; 0 when the input is used up.
  std::size_t next(std::size_t limit) { return more() ? *data_++ % limit : 0; }

 private:
  const std::uint8_t* data_;
  const std::uint8_t* end_;
};

/// Two links to one dataset: answers wait in a queue for each link until a step lets the next one through, in order.
class Links final : public Backplane {
 public:
  explicit Links(ManualClock& clock) : clock_(clock) {}

  void start(Observer& observer) override { observer_ = &observer; }
  void subscribe(const std::vector<std::string_view>& channels) override {
    require(subscriber_up);
    for (const auto channel : channels) {
      subscribed.emplace_back(channel);
      down([this, name = std::string(channel)] { observer_->on_confirmed(name); });
    }
  }
  void unsubscribe(const std::vector<std::string_view>& channels) override {
    require(subscriber_up);
    for (const auto channel : channels) std::erase(subscribed, channel);
  }
  void mark(std::uint64_t nonce) override {
    require(command_up);
    const auto now = dataset.mark(server(), bus());
    if (subscriber_up) down([this, nonce, now] { observer_->on_mark(nonce, now); });
  }
  void sync(Id highest, std::string_view epoch) override {
    require(command_up);
    const auto now = dataset.sync(server(), highest, epoch, bus());
    replies.emplace_back([this, now] { observer_->on_synced(now); });
  }
  void read_history(std::string_view channel) override {
    require(command_up);
    const auto& ring = dataset.ring(channel, server().now);
    replies.emplace_back([this, name = std::string(channel), ring = std::vector<std::string>(ring.begin(), ring.end()),
                          at = dataset.clock(), now = server().now, readable = !foreign_keys] {
      History history;
      if (readable) history.records.assign(ring.begin(), ring.end());
      history.readable = readable;
      history.floor = at.floor;
      history.epoch = at.epoch;
      history.now = now;
      observer_->on_history(name, history);
    });
  }
  void publish(Publication publication, std::function<void(PublishResult)> done) override {
    done(dataset.publish(server(), publication, bus()));
  }
  void replace_subscriber(std::string_view) override { ++replaced; }
  [[nodiscard]] std::string trouble() const override { return {}; }

  void set_subscriber(bool up) {
    if (up == subscriber_up) return;
    subscriber_up = up;
    messages.clear();
    subscribed.clear();
    up ? observer_->on_subscriber_up() : observer_->on_subscriber_down();
  }
  void set_command(bool up) {
    if (up == command_up) return;
    command_up = up;
    replies.clear();
    up ? observer_->on_command_up() : observer_->on_command_down();
  }
  /// Lets the oldest thing on a link through.
  static void deliver(std::vector<std::function<void()>>& link) {
    if (link.empty()) return;
    const auto first = std::move(link.front());
    link.erase(link.begin());
    first();
  }
  void say(const std::string& channel, const std::string& bytes) {
    if (subscriber_up) down([this, channel, bytes] { observer_->on_message(channel, bytes); });
  }
  void say_fence(Id floor) {
    if (subscriber_up) down([this, floor] { observer_->on_fence(floor); });
  }
  [[nodiscard]] Dataset::Server server() const { return {static_cast<Id>(clock_.wall_us()), life}; }
  Dataset::Bus bus() {
    return {[this](std::string_view channel, std::string_view bytes) {
              const bool heard = std::find(subscribed.begin(), subscribed.end(), channel) != subscribed.end();
              if (heard && !mute) say(std::string(channel), std::string(bytes));
            },
            [this](Id floor) { say_fence(floor); }};
  }

  Dataset dataset{{.ring = 5, .ttl_us = 20'000'000, .max_bytes = 200, .skew_us = 1'000}};
  std::vector<std::function<void()>> messages;
  std::vector<std::function<void()>> replies;
  std::vector<std::string> subscribed;
  bool subscriber_up = false;
  bool command_up = false;
  bool mute = false;          ///< messages go missing on the way
  bool foreign_keys = false;  ///< the rings' keys hold something else
  std::string life = "e";     ///< the epoch, a letter longer with each
  int replaced = 0;

 private:
  void down(std::function<void()> message) { messages.push_back(std::move(message)); }

  ManualClock& clock_;
  Observer* observer_ = nullptr;
};

/// A client that takes as much as the input says, and judges what it gets.
class Client final : public freshet::broker::Sink {
 public:
  [[nodiscard]] bool offer(const freshet::sse::FramePtr& frame, Pace pace) override {
    require(!closed);
    if (room == 0) {
      paused = pace == Pace::kReplay;
      closed = !paused;
      return false;
    }
    --room;
    judge(frame->plain());
    return true;
  }
  void judge(std::string_view bytes) {
    const bool has_id = bytes.substr(0, 4) == "id: ";
    const bool cursor = bytes.find("\nevent: stream-cursor\n") != std::string_view::npos;
    const bool reset = bytes.find("\nevent: stream-reset\n") != std::string_view::npos;
    require(has_id || (!cursor && !reset));
    if (!has_id) return;
    const Id id = std::strtoull(bytes.data() + 4, nullptr, 10);
    require(opened || cursor || reset);
    require(reset || !opened || id > last);
    opened = true;
    last = id;
  }

  std::unique_ptr<Subscription> subscription;
  std::size_t room = 0;
  Id last = 0;
  bool opened = false;
  bool paused = false;
  bool closed = false;
};

struct World {
  World() {
    hub.start();
    links.set_command(true);
    links.set_subscriber(true);
  }
  /// Streams go before the hub.
  ~World() {
    for (auto& client : clients) client.reset();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void step(Steps& steps);
  void connect(Steps& steps);
  void finish();

  ManualClock clock;
  Links links{clock};
  Hub hub{clock, links, {.log_events = 4, .replay_budget_bytes = kBudgetBytes}};
  std::array<std::unique_ptr<Client>, kStreams> clients;
  std::vector<Id> cursors{0, 1, 1'700'000'000'000'000};  ///< that a client might come with
};

void World::connect(Steps& steps) {
  auto& client = clients.at(steps.next(kStreams));
  client = std::make_unique<Client>();
  client->room = 1 + steps.next(8);
  std::vector<std::string> channels;
  const auto wanted = 1 + steps.next(15);
  for (std::size_t i = 0; i < kChannels.size(); ++i) {
    if ((wanted >> i & 1U) != 0) channels.emplace_back(kChannels.at(i));
  }
  Cursor cursor;
  cursor.kind = static_cast<Cursor::Kind>(steps.next(4));
  if (cursor.kind == Cursor::Kind::kAt) cursor.id = cursors.at(steps.next(cursors.size()));
  client->subscription = hub.subscribe(channels, cursor, *client);
  require(!client->opened);
}

void World::step(Steps& steps) {
  const std::string channel = kChannels.at(steps.next(kChannels.size()));
  switch (steps.next(20)) {
    case 0:
    case 1:
    case 2:
      Links::deliver(links.messages);
      break;
    case 3:
    case 4:
      Links::deliver(links.replies);
      break;
    case 5:
      while (!links.messages.empty() || !links.replies.empty()) {
        Links::deliver(links.replies);
        Links::deliver(links.messages);
      }
      break;
    case 6:
    case 7:
      links.publish({.channel = channel, .data = std::string(steps.next(100), 'x')}, [&](const PublishResult& result) {
        if (result && *result > 0 && cursors.size() < 256) cursors.push_back(*result);
      });
      break;
    case 8:
    case 9:
      connect(steps);
      break;
    case 10:
      clients.at(steps.next(kStreams)).reset();
      break;
    case 11: {
      auto& client = clients.at(steps.next(kStreams));
      if (!client || client->closed) break;
      client->room = 1 + steps.next(8);
      client->paused = false;
      client->subscription->resume();
      break;
    }
    case 12:
      clock.advance(std::chrono::milliseconds(1 + 100 * steps.next(80)));
      break;
    case 13:
      links.set_subscriber(!links.subscriber_up);
      break;
    case 14:
      links.set_command(!links.command_up);
      break;
    case 15:
      links.mute = !links.mute;
      break;
    case 16: {
      std::string bytes;
      for (auto length = steps.next(24); length > 0; --length) bytes += static_cast<char>(steps.next(256));
      if (steps.next(2) == 1)
        bytes.insert(0,
                     "\x1e"
                     "1|");
      links.say(channel, bytes);
      break;
    }
    case 17:
      links.say_fence(cursors.at(steps.next(cursors.size())));
      break;
    case 18:
      links.life += 'e';
      if (steps.next(2) == 1) links.dataset.clear();
      links.set_subscriber(false);
      links.set_command(false);
      break;
    default:
      if (steps.next(2) == 1) links.foreign_keys = !links.foreign_keys;
      links.dataset.drop_ring(channel);
      break;
  }
}

/// With both links up and nothing in the way every stream opens; without clients nothing is kept.
void World::finish() {
  links.mute = links.foreign_keys = false;
  links.set_command(true);
  links.set_subscriber(true);
  const auto turn = [&] {
    clock.advance(std::chrono::seconds(1));
    for (int i = 0; i < 10'000 && !(links.messages.empty() && links.replies.empty()); ++i) {
      Links::deliver(links.replies);
      Links::deliver(links.messages);
    }
    require(links.messages.empty() && links.replies.empty());
  };
  for (int seconds = 0; seconds < 10; ++seconds) {
    turn();
    for (auto& client : clients) {
      if (!client || client->closed) continue;
      client->room = 10'000;
      client->subscription->resume();
    }
  }
  turn();
  for (const auto& client : clients) require(!client || client->closed || client->opened);
  for (auto& client : clients) client.reset();
  for (int seconds = 0; seconds < 10; ++seconds) turn();
  require(hub.channel_count() == 0);
  require(hub.log_bytes() == 0);
  require(links.subscribed.empty());
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Steps steps(data, size);
  World world;
  while (steps.more()) {
    world.step(steps);
    // Beyond the budget only while readers need their logs whole: these hold no more than the rings and what came
    // since.
    require(world.hub.log_bytes() < 2'000'000);
  }
  world.finish();
  return 0;
}
