#include "ctl/file_access.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace freshet::ctl;

namespace {

/// A file in a folder of its own, gone with it.
class TemporaryFile {
 public:
  TemporaryFile() {
    std::string name = "/tmp/freshet-file-access-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
    std::ofstream(path()) << "x";
  }
  ~TemporaryFile() { std::filesystem::remove_all(folder_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  [[nodiscard]] std::string path() const { return folder_ + "/file"; }

 private:
  std::string folder_;
};

}  // namespace

TEST_CASE("those are named whom a file's rights let in") {
  const TemporaryFile file;
  REQUIRE(chmod(file.path().c_str(), 0) == 0);
  CHECK(who_may(file.path(), Access::kRead) == "only root may");
  CHECK(how_to_be_let_in(file.path(), Access::kRead) == "run freshetctl as root");
  REQUIRE(chmod(file.path().c_str(), 0004) == 0);
  CHECK(who_may(file.path(), Access::kRead).empty());
  CHECK(who_may(file.path(), Access::kWrite) == "only root may");
}

TEST_CASE("the group of a file is named with how to join it") {
  const auto* adm = getgrnam("adm");
  const TemporaryFile file;
  // Only root gives a file to a group that it is not in.
  if (adm == nullptr || chown(file.path().c_str(), static_cast<uid_t>(-1), adm->gr_gid) != 0) return;
  REQUIRE(chmod(file.path().c_str(), 0040) == 0);
  CHECK(who_may(file.path(), Access::kRead) == "only root and the group adm may");
  CHECK(how_to_be_let_in(file.path(), Access::kRead) ==
        "run freshetctl as root, or as a member of the group adm: usermod -aG adm NAME, and log in again");
  CHECK(who_may(file.path(), Access::kWrite) == "only root may");
}

TEST_CASE("a file that cannot be seen is not judged by its rights") {
  CHECK(who_may("/nonexistent/file", Access::kRead) == "a folder on the way is closed to this user");
  CHECK_FALSE(is_forbidden("/nonexistent/file", Access::kRead));
}
