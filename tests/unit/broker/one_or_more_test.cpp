#include "broker/one_or_more.h"

#include <catch2/catch.hpp>
#include <vector>

using List = freshet::broker::OneOrMore<int>;

namespace {

std::vector<int> all(const List& list) { return {list.begin(), list.end()}; }

}  // namespace

TEST_CASE("A list keeps what is put in, in order") {
  List list;
  CHECK(list.empty());
  std::vector<int> expected;
  for (int i = 0; i < 100; ++i) {
    list.push_back(i);
    expected.push_back(i);
    REQUIRE(all(list) == expected);
  }
  CHECK(list.size() == 100);
  CHECK(list[99] == 99);
}

TEST_CASE("Removing puts the last element in the gap, down to none and up again") {
  List list;
  for (int i = 0; i < 4; ++i) list.push_back(i);
  list.remove(0);
  CHECK(all(list) == std::vector<int>{3, 1, 2});
  list.remove(2);
  CHECK(all(list) == std::vector<int>{3, 1});
  list.remove(0);
  CHECK(all(list) == std::vector<int>{1});
  list.remove(0);
  CHECK(list.empty());
  list.push_back(7);
  list.push_back(8);
  CHECK(all(list) == std::vector<int>{7, 8});
}

TEST_CASE("An element of the list may be put in again while it grows") {
  List list;
  list.push_back(5);
  for (int i = 0; i < 20; ++i) list.push_back(list[0]);
  CHECK(all(list) == std::vector<int>(21, 5));
}

TEST_CASE("A list that was given room holds as much as one that was not") {
  List list;
  list.push_back(1);
  list.reserve(10);
  for (int i = 2; i <= 12; ++i) list.push_back(i);
  CHECK(list.size() == 12);
  CHECK(list[0] == 1);
  CHECK(list[11] == 12);
}
