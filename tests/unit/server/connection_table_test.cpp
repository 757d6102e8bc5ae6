#include "server/connection_table.h"

#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "unit/server/server_fixture.h"

using freshet::server::Connection;
using freshet::server::ConnectionTable;
using freshet::test::ServerFixture;

namespace {

struct Fixture {
  void add(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      auto [client, server_side] = freshet::test::unix_pair();
      clients.push_back(std::move(client));
      table.add(f.server, std::move(server_side), {});
    }
  }
  std::vector<std::uint64_t> numbers() {
    std::vector<std::uint64_t> found;
    table.for_each([&](const Connection& connection) { found.push_back(connection.number()); });
    return found;
  }

  ServerFixture f;
  ConnectionTable table;
  std::vector<freshet::uv::Fd> clients;
};

}  // namespace

TEST_CASE("Connections are found by number as long as they are there") {
  Fixture t;
  t.add(100);
  const auto numbers = t.numbers();
  REQUIRE(std::set(numbers.begin(), numbers.end()).size() == 100);
  for (const auto number : numbers) CHECK(t.table.find(number)->number() == number);
  for (std::size_t i = 0; i < 100; i += 2) t.table.erase(numbers[i]);
  CHECK(t.table.size() == 50);
  for (std::size_t i = 0; i < 100; ++i) CHECK((t.table.find(numbers[i]) != nullptr) == (i % 2 == 1));
  t.table.erase(numbers[0]);  // nothing happens: it has gone
  CHECK(t.table.size() == 50);
}

TEST_CASE("A number is not given to the next connection in the same place") {
  Fixture t;
  t.add(1);
  const auto first = t.numbers().front();
  t.table.erase(first);
  CHECK(t.table.empty());
  t.add(1);
  CHECK(t.numbers().front() != first);
  CHECK(t.table.find(first) == nullptr);
  CHECK(t.table.find(0) == nullptr);
  CHECK(t.table.find(~std::uint64_t{0}) == nullptr);
}
