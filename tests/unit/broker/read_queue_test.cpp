#include "broker/read_queue.h"

#include <catch2/catch.hpp>

using freshet::broker::ReadQueue;

TEST_CASE("Reads go out and are answered in the order in which they were wanted") {
  ReadQueue queue(1 << 20);
  CHECK(queue.next(0) == nullptr);
  queue.want("a");
  queue.want("b");
  REQUIRE(queue.next(0) != nullptr);
  CHECK(*queue.next(0) == "a");
  const auto first = queue.send(7);
  CHECK(*queue.next(0) == "b");
  const auto second = queue.send(7);
  CHECK(queue.next(0) == nullptr);
  CHECK(first != 0);
  CHECK(second != first);

  const auto answered = queue.answered(100);
  CHECK(answered.channel == "a");
  CHECK(answered.serial == first);
  CHECK(answered.mark == 7);
  CHECK(queue.answered(100).serial == second);
}

TEST_CASE("An answer to nothing is nothing") {
  ReadQueue queue(1 << 20);
  const auto answered = queue.answered(100);
  CHECK(answered.serial == 0);
  CHECK(answered.channel.empty());
}

TEST_CASE("As many reads are under way as fit the budget, and always one") {
  ReadQueue queue(10'000);  // two reads of the size that is expected at first
  for (const auto* channel : {"a", "b", "c"}) queue.want(channel);
  queue.send(7);
  REQUIRE(queue.next(0) != nullptr);
  CHECK(queue.next(5'000) == nullptr);  // what is held already counts
  queue.send(7);
  CHECK(queue.next(0) == nullptr);

  queue.answered(100'000);  // beyond the whole budget: one at a time from now on
  CHECK(queue.next(0) == nullptr);
  queue.answered(100'000);
  CHECK(queue.next(1 << 20) != nullptr);
}

TEST_CASE("The expected size follows a large ring at once and forgets it over smaller ones") {
  ReadQueue queue(10'000);
  queue.want("large");
  queue.send(7);
  queue.answered(9'000);
  int smaller = 0;
  for (bool two_fit = false; !two_fit; ++smaller) {
    REQUIRE(smaller < 100);
    queue.want("a");
    queue.want("b");
    queue.send(7);
    two_fit = queue.next(0) != nullptr;
    if (two_fit) break;
    queue.answered(100);
    queue.send(7);
    queue.answered(100);
  }
  CHECK(smaller > 1);
}

TEST_CASE("What is skipped or cleared is not sent") {
  ReadQueue queue(1 << 20);
  queue.want("a");
  queue.want("b");
  queue.skip();
  CHECK(*queue.next(0) == "b");
  const auto serial = queue.send(7);
  queue.want("c");
  queue.clear();
  CHECK(queue.next(0) == nullptr);
  CHECK(queue.answered(1).serial == 0);
  queue.want("d");
  CHECK(queue.send(7) != serial);  // serials never repeat: an answer cannot pass for that of a later read
}
