#include "server/user_streams.h"

#include <catch2/catch.hpp>
#include <optional>
#include <utility>

using freshet::server::UserStreams;
using Numbers = std::vector<std::uint64_t>;

TEST_CASE("A user's streams are found by name, oldest first, and no others") {
  UserStreams streams;
  const auto first = streams.add("42", 7);
  const auto other = streams.add("4", 8);
  const auto second = streams.add("42", 3);
  CHECK(streams.of("42") == Numbers{7, 3});
  CHECK(streams.of("4") == Numbers{8});
  CHECK(streams.of("").empty());
}

TEST_CASE("A stream is forgotten with its entry, also after that was moved") {
  UserStreams streams;
  std::optional first(streams.add("42", 1));
  const auto second = streams.add("42", 2);
  UserStreams::Entry moved;
  moved = std::move(*first);
  first.reset();
  CHECK(streams.of("42") == Numbers{1, 2});
  { const auto last = std::move(moved); }
  CHECK(streams.of("42") == Numbers{2});
}
