#include "base/keyed_hash.h"

#include <catch2/catch.hpp>
#include <numeric>
#include <string>
#include <unordered_map>

using freshet::base::KeyedHash;

TEST_CASE("A keyed hash is SipHash-2-4, by the reference's vectors") {
  KeyedHash::Key key;
  std::iota(key.begin(), key.end(), static_cast<unsigned char>(0));
  std::string text(15, '\0');
  std::iota(text.begin(), text.end(), '\0');
  const KeyedHash hash(key);
  CHECK(hash(text) == 0xa129ca6149be45e5U);
  CHECK(hash("") == 0x726fdb47dd0e0e31U);
}

TEST_CASE("Each keyed hash has a key of its own, and its copies have the same") {
  const KeyedHash one;
  const KeyedHash other;
  const KeyedHash copy(one);
  CHECK(one("a") != other("a"));
  CHECK(one("a") == copy("a"));
}

TEST_CASE("A table with a keyed hash is copied with its key, and looked up without making a string") {
  std::unordered_map<std::string, int, KeyedHash, std::equal_to<>> numbers;
  for (int i = 0; i < 100; ++i) numbers.emplace(std::to_string(i), i);
  const auto copy = numbers;
  const std::string_view name = "77";
  REQUIRE(copy.find(name) != copy.end());
  CHECK(copy.find(name)->second == 77);
  CHECK(copy == numbers);
}
