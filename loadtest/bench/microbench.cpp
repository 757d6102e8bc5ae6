// Micro-benchmarks of what happens to every event and to every stream. For comparing two builds on a quiet machine;
// loadtest/instructions counts the same work on any machine.
//
//   build/release/loadtest/bench/microbench --benchmark_filter=fan_out

#include <benchmark/benchmark.h>
#include <string>
#include <vector>

#include "messages.h"
#include "redis/codec.h"
#include "sse/frame.h"
#include "world.h"

using freshet::bench::kPayloadBytes;
using freshet::bench::World;
using freshet::broker::Id;

namespace {

void encode_frame(benchmark::State& state) {
  const std::string data(static_cast<std::size_t>(state.range(0)), 'x');
  Id id = 1'700'000'000'000'000;
  while (state.KeepRunning()) benchmark::DoNotOptimize(freshet::sse::Frame::encode({++id, "note", data}));
}
BENCHMARK(encode_frame)->Arg(20)->Arg(kPayloadBytes)->Arg(4096);

void decode_record(benchmark::State& state) {
  const auto bytes =
      freshet::broker::encode_record({1'700'000'000'000'000, 1, "note", std::string(kPayloadBytes, 'x')});
  while (state.KeepRunning()) benchmark::DoNotOptimize(freshet::broker::decode_record(bytes));
}
BENCHMARK(decode_record);

void read_messages(benchmark::State& state) {
  constexpr std::size_t kMessages = 1000;
  const auto bytes = freshet::bench::resp_messages(kMessages);
  freshet::redis::ReplyReader reader;
  while (state.KeepRunning()) benchmark::DoNotOptimize(freshet::bench::read_all(reader, bytes));
  state.SetItemsProcessed(static_cast<std::int64_t>(kMessages) * state.iterations());
}
BENCHMARK(read_messages);

void fan_out(benchmark::State& state) {
  World world;
  world.open_many(static_cast<std::size_t>(state.range(0)), "all");
  while (state.KeepRunning()) benchmark::DoNotOptimize(world.publish("all"));
  state.SetItemsProcessed(state.range(0) * state.iterations());
}
BENCHMARK(fan_out)->Arg(1)->Arg(100)->Arg(10'000);

void one_of_many_channels(benchmark::State& state) {
  const auto channels = static_cast<std::size_t>(state.range(0));
  World world;
  world.open_spread(channels);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < channels; ++i) names.push_back(World::channel_name(i * 7919 % channels));
  std::size_t next = 0;
  while (state.KeepRunning()) {
    benchmark::DoNotOptimize(world.publish(names[next]));
    if (++next == channels) next = 0;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(one_of_many_channels)->Arg(1000)->Arg(10'000)->Arg(100'000);

void open_and_close(benchmark::State& state) {
  constexpr std::size_t kStreams = 1000;
  const bool own = state.range(0) != 0;
  World world;
  world.open_many(1, "all");
  while (state.KeepRunning()) {
    if (own) {
      world.open_spread(kStreams);
    } else {
      world.open_many(kStreams, "all");
    }
    world.close(kStreams);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(kStreams) * state.iterations());
}
BENCHMARK(open_and_close)->ArgName("channel_each")->Arg(0)->Arg(1);

}  // namespace

BENCHMARK_MAIN();
