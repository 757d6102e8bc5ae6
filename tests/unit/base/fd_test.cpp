#include "base/fd.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <utility>

using freshet::base::Fd;

namespace {

int open_null() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

}  // namespace

TEST_CASE("A descriptor is closed with its owner") {
  const int raw = open_null();
  {
    const Fd fd(raw);
    CHECK(fd);
    CHECK(fd.get() == raw);
    CHECK(is_open(raw));
  }
  CHECK_FALSE(is_open(raw));
}

TEST_CASE("Moving hands the descriptor on and closes the one that was held") {
  const int first = open_null();
  const int second = open_null();
  Fd a(first);
  Fd b(second);
  a = std::move(b);
  CHECK(a.get() == second);
  CHECK_FALSE(is_open(first));
  const Fd c(std::move(a));
  CHECK(c.get() == second);
  CHECK(is_open(second));
}

TEST_CASE("A released descriptor stays open") {
  const int raw = open_null();
  Fd fd(raw);
  CHECK(fd.release() == raw);
  CHECK_FALSE(fd);
  CHECK(is_open(raw));
  ::close(raw);
}
