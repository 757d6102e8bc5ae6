// Runs each piece of the hot path for valgrind's callgrind to count: one dump of counts for each, under its name and
// the number of units it did. loadtest/instructions runs it; by itself it does nothing visible.

#include <functional>
#include <string>
#include <string_view>
#include <valgrind/callgrind.h>
#include <vector>

#include "messages.h"
#include "redis/codec.h"
#include "sse/frame.h"
#include "world.h"

using freshet::bench::kPayloadBytes;
using freshet::bench::World;
using freshet::broker::Id;

namespace {

/// The first round warms caches and allocators up and is not counted.
void count(const std::string& name, std::size_t units, const std::function<void()>& work) {
  const auto label = name + " / " + std::to_string(units);
  work();
  CALLGRIND_TOGGLE_COLLECT;
  work();
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT(label.c_str());
}

void count_frame() {
  const std::string data(kPayloadBytes, 'x');
  count("encode a frame", 1000, [&] {
    for (Id id = 1; id <= 1000; ++id) static_cast<void>(freshet::sse::Frame::encode({id, "note", data}));
  });
}

void count_record() {
  const auto bytes =
      freshet::broker::encode_record({1'700'000'000'000'000, 1, "note", std::string(kPayloadBytes, 'x')});
  count("decode a record", 1000, [&] {
    for (int i = 0; i < 1000; ++i) static_cast<void>(freshet::broker::decode_record(bytes));
  });
}

void count_resp() {
  const auto messages = freshet::bench::resp_messages(1000);
  freshet::redis::ReplyReader reader;
  count("read a message from Redis", 1000, [&] { freshet::bench::read_all(reader, messages); });
}

void count_fan_out() {
  constexpr std::size_t kStreams = 10'000;
  World world;
  world.open_many(kStreams, "all");
  count("deliver to one of 10,000 streams of a channel", 10 * kStreams, [&] {
    for (int i = 0; i < 10; ++i) world.publish("all");
  });
  constexpr std::size_t kBurst = 100;
  count("deliver one of 100 events that were read at once to one of 10,000 streams", kBurst * kStreams, [&] {
    world.hub().on_batch_begin();
    for (std::size_t i = 0; i < kBurst; ++i) world.publish("all");
    world.hub().on_batch_end();
  });
}

void count_spread(std::size_t channels) {
  World world;
  world.open_spread(channels);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < 1000; ++i) names.push_back(World::channel_name(i * channels / 1000));
  for (int round = 0; round < 9; ++round) {
    for (const auto& name : names) world.publish(name);
  }
  count("a message to one of " + std::to_string(channels) + " channels", names.size(), [&] {
    for (const auto& name : names) world.publish(name);
  });
  count("a mark with " + std::to_string(channels) + " quiet channels", 1, [&] { world.settle(); });
}

void count_openings() {
  World world;
  count("open a stream on a channel of its own, and make it live", 1000, [&] { world.open_spread(1000); });
  World same;
  same.open_many(1, "all");
  count("open a stream on a channel that is known", 1000, [&] { same.open_many(1000, "all"); });
  count("close a stream on a channel that others use", 1000, [&] { same.close(1000); });
}

void count_resumes() {
  constexpr std::size_t kStreams = 1000;
  World world;
  world.open_spread(kStreams);
  std::vector<Id> seen;
  for (std::size_t i = 0; i < kStreams; ++i) seen.push_back(world.publish(World::channel_name(i)));
  for (int round = 0; round < 20; ++round) {
    for (std::size_t i = 0; i < kStreams; ++i) world.publish(World::channel_name(i));
  }
  count("resume a stream that missed 20 events, from the log", kStreams, [&] {
    for (std::size_t i = 0; i < kStreams; ++i) {
      world.open({World::channel_name(i)}, {freshet::broker::Cursor::Kind::kAt, seen[i]});
    }
    world.settle();
    world.close(kStreams);
  });
}

}  // namespace

int main() {
  count_frame();
  count_record();
  count_resp();
  count_fan_out();
  count_spread(1'000);
  count_spread(30'000);
  count_openings();
  count_resumes();
}
