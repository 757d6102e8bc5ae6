#pragma once

#include <cstdint>
#include <string>

namespace freshet::loadtest {

/// One line on the terminal that says how far the run is. Silent when stderr is no terminal.
class Progress {
 public:
  explicit Progress(bool quiet);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// Replaces the line.
  void show(const std::string& text);

 private:
  bool visible_;
  bool shown_ = false;
};

}  // namespace freshet::loadtest
