#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace freshet::test {

/// A fresh directory that is removed, with what is in it, at the end of the test that owns it.
class TempDir {
 public:
  TempDir() : path_((std::filesystem::temp_directory_path() / "freshet-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace freshet::test
