#include "broker/dataset.h"

#include <catch2/catch.hpp>

#include "unit/broker/dataset_fixture.h"

using freshet::broker::decode_record;
using freshet::broker::Id;
using freshet::broker::Publication;
using freshet::broker::PublishError;
using freshet::test::DatasetFixture;
using Kind = PublishError::Kind;

namespace {

constexpr Id kSecond = DatasetFixture::kSecond;
constexpr Id kSkew = 10 * kSecond;

Kind refusal(DatasetFixture& fixture, const Publication& publication) {
  const auto result = fixture.publish(publication);
  REQUIRE_FALSE(result);
  CHECK_FALSE(result.error().message.empty());
  return result.error().kind;
}

}  // namespace

TEST_CASE("Ids rise strictly, over all channels, also while the time stands still or goes back") {
  DatasetFixture f;
  const Id first = f.publish("a", "1");
  const Id second = f.publish("b", "2");
  f.now -= 500 * kSecond;
  const Id third = f.publish("a", "3");
  CHECK(second == first + 1);
  CHECK(third == second + 1);
  f.now += 1'000 * kSecond;
  CHECK(f.publish("a", "4") == f.now);
}

TEST_CASE("A record says what was before it on its channel, and is the same in the ring and on the bus") {
  DatasetFixture f;
  const Id first = f.publish("a", "1");
  f.publish("b", "other");
  const Id second = *f.publish({.channel = "a", .data = "2", .event = "note"});
  REQUIRE(f.messages.size() == 3);
  CHECK(f.messages.back().first == "a");
  CHECK(f.messages.back().second == f.data.ring("a", f.now).front());
  const auto record = decode_record(f.messages.back().second);
  REQUIRE(record);
  CHECK(record->id == second);
  CHECK(record->prev == first);
  CHECK(record->event == "note");
  CHECK(record->data == "2");
  CHECK(decode_record(f.messages.front().second)->prev == 0);
}

TEST_CASE("A ring keeps the newest events, as many as the default or the publication says") {
  DatasetFixture f;
  std::vector<Id> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(f.publish("a", "x"));
  CHECK(f.ring("a") == std::vector<Id>{ids[4], ids[3], ids[2]});
  ids.push_back(*f.publish({.channel = "a", .data = "x", .ring = 5}));
  CHECK(f.ring("a").size() == 4);
  ids.push_back(*f.publish({.channel = "a", .data = "x", .ring = 1}));
  CHECK(f.ring("a") == std::vector<Id>{ids.back()});
}

TEST_CASE("A message is on the bus before anything is written") {
  DatasetFixture f;
  const Id before = f.publish("a", "1");
  bool seen = false;
  f.at_message = [&] {
    seen = true;
    CHECK(f.data.clock().last == before);
    CHECK(f.ring("a") == std::vector<Id>{before});
  };
  f.publish("a", "2");
  CHECK(seen);
}

TEST_CASE("A ring expires as a whole, a TTL after its last event") {
  DatasetFixture f;
  f.publish("a", "1");
  f.now = f.data.clock().last;
  f.now += 60 * kSecond;
  f.publish("a", "2");
  f.now += 100 * kSecond - 1;
  CHECK(f.ring("a").size() == 2);
  f.now += 1;
  CHECK(f.ring("a").empty());
  CHECK(f.data.size_bytes() == 0);
  CHECK(decode_record(f.messages.back().second)->prev != 0);
  f.publish("a", "3");
  CHECK(decode_record(f.messages.back().second)->prev == 0);
}

TEST_CASE("A publication may ask for a longer TTL, which a later default does not shorten") {
  DatasetFixture f;
  f.publish("a", "1");
  f.now = f.data.clock().last + 1;
  REQUIRE(f.publish({.channel = "a", .data = "2", .ttl = std::chrono::seconds(500)}));
  f.publish("a", "3");
  f.now += 499 * kSecond;
  CHECK(f.ring("a").size() == 3);
  f.now += 2 * kSecond;
  CHECK(f.ring("a").empty());
}

TEST_CASE("A shorter TTL than the default would make loss unprovable, and is refused") {
  DatasetFixture f;
  CHECK(refusal(f, {.channel = "a", .data = "1", .ttl = std::chrono::seconds(99)}) == Kind::kInvalid);
  CHECK(f.publish({.channel = "a", .data = "1", .ttl = std::chrono::seconds(100)}));
}

TEST_CASE("The same key within ten minutes is the same event") {
  DatasetFixture f;
  const Id id = *f.publish({.channel = "a", .data = "1", .key = "order-1"});
  f.now += 599 * kSecond;
  CHECK(*f.publish({.channel = "a", .data = "again", .key = "order-1"}) == id);
  CHECK(f.messages.size() == 1);
  CHECK(*f.publish({.channel = "b", .data = "1", .key = "order-1"}) != id);
  CHECK(*f.publish({.channel = "a", .data = "1", .key = "order-2"}) != id);
  f.now += 2 * kSecond;
  CHECK(*f.publish({.channel = "a", .data = "anew", .key = "order-1"}) > id);
}

TEST_CASE("A live-only event goes out without id, ring or clock") {
  DatasetFixture f;
  const auto result = f.publish({.channel = "a", .data = "1", .event = "typing", .live = true});
  REQUIRE(result);
  CHECK(*result == 0);
  REQUIRE(f.messages.size() == 1);
  const auto record = decode_record(f.messages.front().second);
  CHECK(record->id == 0);
  CHECK(record->event == "typing");
  CHECK(f.ring("a").empty());
  CHECK(f.data.clock().last == 0);
}

TEST_CASE("A publication that breaks a rule is refused and leaves nothing behind") {
  DatasetFixture f;
  using std::chrono::seconds;
  const std::string long_key(513, 'k');
  for (const auto& publication : std::vector<Publication>{
           {.channel = "", .data = "x"},
           {.channel = "a b", .data = "x"},
           {.channel = "a", .data = "x", .event = "a\nb"},
           {.channel = "a", .data = "x", .event = "stream-x"},
           {.channel = "a", .data = "x", .key = long_key},
           {.channel = "a", .data = "x", .ring = 0},
           {.channel = "a", .data = "x", .ring = 1'000'001},
           {.channel = "a", .data = "x", .ttl = seconds(0)},
           {.channel = "a", .data = "x", .ttl = seconds(-1)},
           {.channel = "a", .data = "x", .ttl = std::chrono::hours(11 * 365 * 24)},
           {.channel = "a", .data = "x", .ring = 5, .live = true},
           {.channel = "a", .data = "x", .ttl = seconds(500), .live = true},
           {.channel = "a", .data = "x", .key = "k", .live = true},
       }) {
    CHECK(refusal(f, publication) == Kind::kInvalid);
  }
  CHECK(refusal(f, {.channel = "a", .data = "12345678901"}) == Kind::kTooLarge);
  CHECK(refusal(f, {.channel = "a", .data = "12345678901", .live = true}) == Kind::kTooLarge);
  CHECK(f.messages.empty());
  CHECK(f.fences.empty());
  CHECK(f.data.clock().last == 0);
  CHECK(f.data.size_bytes() == 0);
  CHECK(f.publish("a", "1234567890") != 0);
}

TEST_CASE("Beyond its memory the dataset refuses, until something expires") {
  auto options = DatasetFixture::small();
  options.max_bytes = options.total_bytes = 1'000;
  DatasetFixture f(options);
  REQUIRE(f.publish({.channel = "a", .data = std::string(900, 'x')}));
  CHECK(refusal(f, {.channel = "b", .data = std::string(100, 'x')}) == Kind::kUnavailable);
  CHECK(f.messages.size() == 1);
  CHECK(f.publish({.channel = "b", .data = "x", .live = true}));

  f.now = f.data.clock().last + 100 * kSecond;
  f.data.expire(f.now);
  CHECK(f.data.size_bytes() == 0);
  CHECK(f.publish({.channel = "b", .data = std::string(100, 'x')}));
}

TEST_CASE("The bytes counted are those of the rings, however they go") {
  DatasetFixture f;
  for (int i = 0; i < 10; ++i) f.publish("a", "x");
  const auto three = f.data.size_bytes();
  f.publish("b", "x");
  CHECK(f.data.size_bytes() > three);
  f.data.drop_ring("b");
  f.data.drop_ring("unknown");
  CHECK(f.data.size_bytes() == three);
  f.data.drop_ring("a");
  CHECK(f.data.size_bytes() == 0);
  f.publish("a", "x");
  f.data.clear();
  CHECK(f.data.size_bytes() == 0);
  CHECK(f.data.clock().last == 0);
}

TEST_CASE("A dataset without a clock begins one ahead of time, and says so before anything else") {
  DatasetFixture f;
  const auto clock = f.mark();
  const Id boot = f.now + kSkew;
  CHECK(f.fences == std::vector<Id>{boot});
  CHECK(clock.last == boot);
  CHECK(clock.floor == boot);
  CHECK(clock.epoch == "e1");
  CHECK(clock.holes.empty());
  CHECK(clock.ttl == 100 * kSecond);
  CHECK(clock.ring == 3);
  CHECK(clock.max_bytes == 10);
  CHECK(clock.now == f.now);
  CHECK(f.publish("a", "1") == boot + 1);
}
