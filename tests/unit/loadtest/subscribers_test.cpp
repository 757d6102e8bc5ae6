#include "loadtest/references/subscribers.h"

#include <catch2/catch.hpp>
#include <set>

using freshet::loadtest::Subscribers;

namespace {

std::set<int> of(const Subscribers& subscribers, std::int32_t channel) {
  std::set<int> all;
  for (int fd = subscribers.first(channel); fd != Subscribers::kNone; fd = subscribers.next(fd)) all.insert(fd);
  return all;
}

}  // namespace

TEST_CASE("a channel has the connections that were added and not removed, wherever in its list they stood") {
  for (const int removed : {5, 9, 40}) {
    CAPTURE(removed);
    Subscribers subscribers;
    const auto news = subscribers.find_or_add("news");
    const auto other = subscribers.find_or_add("other");
    for (const int fd : {9, 5, 40}) subscribers.add(fd, news);
    subscribers.add(6, other);
    subscribers.remove(removed);
    subscribers.remove(removed);
    auto left = std::set<int>{5, 9, 40};
    left.erase(removed);
    CHECK(of(subscribers, news) == left);
    CHECK(of(subscribers, other) == std::set<int>{6});
    CHECK_FALSE(subscribers.has(removed));
    subscribers.add(removed, other);
    CHECK(of(subscribers, other) == std::set<int>{6, removed});
  }
}

TEST_CASE("a channel keeps its number") {
  Subscribers subscribers;
  CHECK(subscribers.find("news") == Subscribers::kNone);
  const auto news = subscribers.find_or_add("news");
  CHECK(subscribers.find_or_add("other") != news);
  CHECK(subscribers.find("news") == news);
  CHECK_FALSE(subscribers.has(1000));
}
