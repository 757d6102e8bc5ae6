#include "loadtest/progress.h"

#include <cstdio>
#include <unistd.h>

namespace freshet::loadtest {
namespace {

constexpr const char* kClearLine = "\r\033[K";

}  // namespace

Progress::Progress(bool quiet) : visible_(!quiet && ::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_) std::fputs(kClearLine, stderr);
}

void Progress::show(const std::string& text) {
  if (!visible_) return;
  shown_ = true;
  std::fprintf(stderr, "%s%s", kClearLine, text.c_str());
}

}  // namespace freshet::loadtest
