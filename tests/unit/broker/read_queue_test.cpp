#include "broker/read_queue.h"

#include <algorithm>
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

TEST_CASE("A burst of reads begins small and doubles with each round of answers") {
  ReadQueue queue(1 << 30);
  const auto send_all = [&queue] {
    std::size_t sent = 0;
    for (; queue.next(0) != nullptr; ++sent) queue.send(7);
    return sent;
  };
  // Answers one by one, and sends after each what may go out, as the hub does.
  const auto answer_round = [&](std::size_t answers) {
    std::size_t under_way = answers;
    for (; answers > 0; --answers) {
      queue.answered(100);
      under_way += send_all() - 1;
    }
    return under_way;
  };
  for (int i = 0; i < 1000; ++i) queue.want("a");
  CHECK(send_all() == ReadQueue::kFirstReads);
  CHECK(answer_round(ReadQueue::kFirstReads) == 2 * ReadQueue::kFirstReads);
  CHECK(answer_round(2 * ReadQueue::kFirstReads) == 4 * ReadQueue::kFirstReads);

  SECTION("After a burst the next one begins small again, as its rings may be larger") {
    for (int i = 0; i < 1000; ++i) {
      queue.answered(100);
      send_all();
    }
    for (int i = 0; i < 1000; ++i) queue.want("a");
    CHECK(send_all() == ReadQueue::kFirstReads);
  }
  SECTION("So does what is wanted of a new link") {
    queue.clear();
    for (int i = 0; i < 1000; ++i) queue.want("a");
    CHECK(send_all() == ReadQueue::kFirstReads);
  }
}

TEST_CASE("Reads that come by ones and twos for ever make no room for a burst") {
  ReadQueue queue(1 << 30);
  queue.want("a");
  queue.send(7);
  for (int i = 0; i < 1000; ++i) {
    queue.want("a");
    queue.send(7);
    queue.answered(100);
  }
  for (int i = 0; i < 1000; ++i) queue.want("b");
  std::size_t sent = 1;
  for (; queue.next(0) != nullptr; ++sent) queue.send(7);
  CHECK(sent == ReadQueue::kFirstReads);
}

TEST_CASE("Of large rings only the first few are read before their size is known") {
  constexpr std::size_t kBudget = std::size_t{64} << 20U;
  constexpr std::size_t kRing = std::size_t{256} << 10U;
  ReadQueue queue(kBudget);
  for (int i = 0; i < 1500; ++i) queue.want("a");
  std::size_t under_way = 0;
  std::size_t most = 0;
  for (int answers = 0; answers < 1500; ++answers) {
    for (; queue.next(0) != nullptr; ++under_way) queue.send(7);
    most = std::max(most, under_way);
    queue.answered(kRing);
    --under_way;
  }
  CHECK(most * kRing <= kBudget);
  CHECK(most > ReadQueue::kFirstReads);
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
