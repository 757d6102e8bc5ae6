#include "broker/run.h"

#include <catch2/catch.hpp>
#include <initializer_list>
#include <memory>
#include <string>

using freshet::broker::Channel;
using freshet::broker::Run;
using freshet::sse::Frame;

namespace {

freshet::sse::FramePtr frame(const std::string& data) { return Frame::encode({0, {}, data}); }

struct Fixture {
  /// Adds as many as it takes, which are counted.
  std::size_t fill(const freshet::sse::FramePtr& with) {
    std::size_t count = 0;
    for (; run.takes(*channel, *with); ++count) run.add(*channel, 0, with);
    return count;
  }

  Run run;
  std::unique_ptr<Channel> channel{Channel::make("a", 1)};
  std::unique_ptr<Channel> other{Channel::make("b", 2)};
};

}  // namespace

TEST_CASE("A run is of one channel, until it is cleared") {
  Fixture f;
  f.run.add(*f.channel, 0, frame("1"));
  CHECK(f.run.takes(*f.channel, *frame("2")));
  CHECK_FALSE(f.run.takes(*f.other, *frame("2")));
  CHECK(&f.run.channel() == f.channel.get());
  f.run.clear();
  CHECK(f.run.empty());
  CHECK(f.run.takes(*f.other, *frame("2")));
}

TEST_CASE("A run holds no more frames than may be joined") {
  Fixture f;
  CHECK(f.fill(frame("")) == Run::kMostFrames);
}

TEST_CASE("A run is bounded in bytes, and has all its room again once it was cleared") {
  Fixture f;
  const auto large = frame(std::string(1'000, 'x'));
  const auto most = Run::kMostBytes / large->size_bytes();
  CHECK(f.fill(large) == most);
  f.run.clear();
  CHECK(f.fill(large) == most);
}

TEST_CASE("With so many of a run's frames a stream is at the highest of their ids; live-only ones have none") {
  Fixture f;
  for (const auto id : std::initializer_list<freshet::broker::Id>{0, 5, 0, 7}) f.run.add(*f.channel, id, frame("x"));
  CHECK(f.run.reached(0) == 0);
  CHECK(f.run.reached(1) == 0);
  CHECK(f.run.reached(2) == 5);
  CHECK(f.run.reached(3) == 5);
  CHECK(f.run.reached(4) == 7);
}
