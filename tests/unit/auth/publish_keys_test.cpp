#include "auth/publish_keys.h"

#include <catch2/catch.hpp>

using freshet::auth::PublishKeys;

namespace {

// printf %s KEY | sha256sum
constexpr std::string_view kBackendKey = "correct horse battery staple";
constexpr std::string_view kBackendHash = "c4bbcb1fbec99d65bf59d85c8cb62ee2db963f0fe106f483d9afa73bd4e39a8a";
constexpr std::string_view kShortHash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // of abc
constexpr std::string_view kOtherHash = "0000000000000000000000000000000000000000000000000000000000000000";

std::string line(std::string_view name, std::string_view hash, std::string_view globs) {
  return std::string(name) + " sha256:" + std::string(hash) + " " + std::string(globs) + "\n";
}

std::string error_of(const std::string& contents) {
  const auto keys = PublishKeys::parse(contents);
  return keys ? "accepted" : keys.error().message;
}

}  // namespace

TEST_CASE("a publish key is found by the key, not by its hash") {
  const auto keys =
      PublishKeys::parse("# who may publish\n\n" + line("other", kOtherHash, "x") +
                         line("  backend\t", kBackendHash, "news:*\tuser:?") + line("b", kShortHash, "*"));
  REQUIRE(keys);
  CHECK(keys->size() == 3);
  const auto* backend = keys->find(kBackendKey);
  REQUIRE(backend != nullptr);
  CHECK(backend->name == "backend");
  CHECK(backend->globs == std::vector<std::string>{"news:*", "user:?"});
  CHECK(keys->find("correct horse battery stapl") == nullptr);
  CHECK(keys->find("correct horse battery staple ") == nullptr);
  CHECK(keys->find(kBackendHash) == nullptr);
}

TEST_CASE("short keys are never found, since they can be guessed") {
  const auto keys = PublishKeys::parse(line("b", kShortHash, "*"));
  REQUIRE(keys);
  CHECK(keys->find("abc") == nullptr);
  CHECK(keys->find("") == nullptr);
}

TEST_CASE("a file without entries has no keys") {
  CHECK(PublishKeys::parse("")->empty());
  CHECK(PublishKeys::parse("# nobody yet\n  # really\n\n")->empty());
  CHECK(PublishKeys{}.find(kBackendKey) == nullptr);
}

TEST_CASE("lines may end in CRLF, and hashes be in capitals") {
  std::string capitals(kBackendHash);
  for (char& c : capitals) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  const auto keys = PublishKeys::parse("a sha256:" + capitals + " news\r\n");
  REQUIRE(keys);
  REQUIRE(keys->find(kBackendKey) != nullptr);
  CHECK(keys->find(kBackendKey)->globs == std::vector<std::string>{"news"});
}

TEST_CASE("a name may have two keys, a key only one line") {
  CHECK(error_of(line("a", kBackendHash, "x") + line("a", kOtherHash, "x")) == "accepted");
  CHECK(error_of(line("a", kBackendHash, "x") + line("b", kBackendHash, "y")) ==
        "line 2: the same key as an earlier line");
}

TEST_CASE("every bad line is named, and never quoted") {
  CHECK(error_of("a\n" + line("b", kBackendHash, "x") + "secretkey news\n") ==
        "line 1: not a name, a hash and one or more globs; line 3: not a name, a hash and one or more globs");
  CHECK(error_of(line("a", kBackendHash, "")) == "line 1: not a name, a hash and one or more globs");
  CHECK(error_of("a secretkey news\n") == "line 1: the second word is not sha256: and 64 hex digits");
  CHECK(error_of("a sha512:" + std::string(kBackendHash) + " news\n").starts_with("line 1: the second word"));
  CHECK(error_of(line("a", kBackendHash.substr(1), "x")).starts_with("line 1: the second word"));
  CHECK(error_of(line("a", "g" + std::string(kBackendHash.substr(1)), "x")).starts_with("line 1: the second word"));
  CHECK(error_of("sha256:" + std::string(kBackendHash) + " a x\n").starts_with("line 1: the name"));
  CHECK(error_of(line("a", kBackendHash, std::string(201, 'c'))).starts_with("line 1: a glob"));
}
