#include "base/file.h"

#include <array>
#include <catch2/catch.hpp>
#include <unistd.h>

#include "base/fd.h"

using freshet::base::Fd;
using freshet::base::read_file;

TEST_CASE("A pipe is read to its end, as a file is") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const Fd from(ends[0]);
  Fd into(ends[1]);
  const std::string text = std::string("a\0b\n", 4) + std::string(40'000, 'x');
  REQUIRE(::write(into.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  into.reset();
  CHECK(read_file("/proc/self/fd/" + std::to_string(from.get()), text.size()) == text);
}

TEST_CASE("More than the limit is an error, however much more there is") {
  CHECK(read_file("/dev/zero", 1'000'000).error().message == "is larger than 1000000 bytes");
  CHECK(read_file("/dev/null", 0) == "");
}

TEST_CASE("What cannot be read is told in the system's words") {
  CHECK(read_file("/nonexistent", 1).error().message == "No such file or directory");
  CHECK(read_file("/", 1).error().message == "Is a directory");
}
