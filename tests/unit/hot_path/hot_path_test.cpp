#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "broker/channel_log.h"
#include "messages.h"
#include "redis/codec.h"
#include "server/event_stream.h"
#include "server/stream_queue.h"
#include "support/counting_new.h"
#include "world.h"

using freshet::bench::World;
using freshet::server::BufferBudget;
using freshet::server::EventStream;
using freshet::server::Statistics;
using freshet::server::Visitor;
using freshet::test::allocated_bytes;
using freshet::test::allocations;

namespace {

/// A client whose socket takes everything at the end of each turn.
class Client final : private EventStream::Owner {
 public:
  explicit Client(World& world, const std::vector<std::string>& channels) {
    stream_.attach(world.hub().subscribe(channels, {}, stream_));
  }
  virtual ~Client() { stream_.detach(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void write_out() { stream_.wrote(stream_.queue().size_bytes(), false, {}); }
  [[nodiscard]] std::uint64_t events() const { return stream_.events(); }

 private:
  void stream_changed() override {}
  [[nodiscard]] std::size_t unsent_bytes() const override { return 0; }
  [[nodiscard]] std::size_t buffer_bytes() const override { return std::size_t{1} << 20U; }
  [[nodiscard]] BufferBudget& budget() override { return budget_; }
  [[nodiscard]] Statistics& statistics() override { return statistics_; }

  std::size_t limit_bytes_ = std::size_t{1} << 20U;
  BufferBudget budget_{limit_bytes_};
  Statistics statistics_;
  EventStream stream_{*this, Visitor({}), true, {}};
};

/// So many live clients of one channel, past the beginnings.
struct Audience {
  explicit Audience(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) clients.push_back(std::make_unique<Client>(world, channel));
    world.confirm("all");
    world.settle();
    for (int i = 0; i < 600; ++i) turn(1);  // until the log is full and everything has its size
  }
  ~Audience() { clients.clear(); }
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;

  void turn(std::size_t events) {
    for (std::size_t i = 0; i < events; ++i) world.publish("all");
    for (auto& client : clients) client->write_out();
    world.hub().take_fanned_out(fanned_out);
  }
  std::size_t allocations_in_turns(std::size_t turns, std::size_t events) {
    const auto before = allocations();
    for (std::size_t i = 0; i < turns; ++i) turn(events);
    return allocations() - before;
  }

  World world;
  std::vector<std::string> channel{"all"};
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<freshet::broker::Id> fanned_out;
};

}  // namespace

TEST_CASE("An event costs the same few allocations for one client as for a thousand") {
  constexpr std::size_t kTurns = 100;
  Audience one(1);
  Audience many(1000);
  const auto for_one = one.allocations_in_turns(kTurns, 1);
  const auto for_many = many.allocations_in_turns(kTurns, 1);
  CHECK(many.clients.back()->events() == 700);
  CHECK(for_one == for_many);
  CHECK(for_many <= 2 * kTurns);  // the frame, and now and then a larger log
}

TEST_CASE("A burst costs each client a list for its queue, not an allocation for each event") {
  constexpr std::size_t kClients = 1000;
  constexpr std::size_t kEvents = 64;
  Audience many(kClients);
  many.turn(kEvents);
  CHECK(many.allocations_in_turns(1, kEvents) <= 8 * kClients + 2 * kEvents);
}

TEST_CASE("A burst that is read at once costs a client nothing") {
  constexpr std::size_t kClients = 1000;
  constexpr std::size_t kEvents = 64;
  Audience many(kClients);
  const auto batch = [&] {
    many.world.hub().on_batch_begin();
    for (std::size_t i = 0; i < kEvents; ++i) many.world.publish("all");
    many.world.hub().on_batch_end();
    for (auto& client : many.clients) client->write_out();
  };
  batch();
  const auto events = many.clients.back()->events();
  const auto before = allocations();
  batch();
  CHECK(allocations() - before <= 2 * kEvents);
  CHECK(many.clients.back()->events() == events + kEvents);
}

TEST_CASE("Reading messages from Redis allocates nothing") {
  constexpr std::size_t kMessages = 500;
  const auto bytes = freshet::bench::resp_messages(kMessages);
  freshet::redis::ReplyReader reader;
  freshet::bench::read_all(reader, bytes);
  const auto before = allocations();
  CHECK(freshet::bench::read_all(reader, bytes) > kMessages * freshet::bench::kPayloadBytes);
  CHECK(allocations() == before);
}

TEST_CASE("A client that is always a little behind costs no more with time") {
  const auto frame = freshet::sse::Frame::encode({1, {}, "x"});
  freshet::server::StreamQueue queue(true);
  for (int i = 0; i < 3; ++i) queue.push(frame);
  const auto pass = [&](int frames) {
    for (int i = 0; i < frames; ++i) {
      queue.push(frame);
      queue.consume(frame->chunked().size());
    }
    return allocated_bytes();
  };
  const auto before = pass(1'000);
  CHECK(pass(100'000) == before);
  CHECK(queue.size_bytes() == 3 * frame->chunked().size());
}

TEST_CASE("A log that is trimmed gives the frames back at once") {
  constexpr std::size_t kBytes = 10'000;
  freshet::broker::ChannelLog log;
  log.start(0);
  for (freshet::broker::Id id = 1; id <= 10; ++id) {
    log.append(id, freshet::sse::Frame::encode({id, {}, std::string(kBytes, 'x')}));
  }
  const auto before = allocated_bytes();
  log.trim(7);
  CHECK(before - allocated_bytes() >= 3 * kBytes);
}

TEST_CASE("A frame is one piece of memory") {
  const std::string data(1000, 'x');
  const auto before = allocations();
  const auto frame = freshet::sse::Frame::encode({1, "note", data});
  CHECK(allocations() == before + 1);
}

TEST_CASE("An idle stream with a channel of its own takes the hub a quarter of a kilobyte") {
  constexpr std::size_t kStreams = 18'000;
  World world;
  freshet::bench::LastFrameSink sink;
  std::vector<std::unique_ptr<freshet::broker::Subscription>> streams;
  streams.reserve(kStreams);
  const auto before = allocated_bytes();
  for (std::size_t i = 0; i < kStreams; ++i) {
    const auto name = World::channel_name(i);
    streams.push_back(world.hub().subscribe({name}, {}, sink));
    world.confirm(name);
  }
  world.settle();
  const auto each = (allocated_bytes() - before) / kStreams;
  WARN(each << " bytes for each stream with its channel");
  CHECK(each <= 250);
}
