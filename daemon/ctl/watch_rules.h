#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/random.h"
#include "ctl/http.h"

namespace freshet::ctl {

/// What the head of an answer to a request for a stream means.
enum class StreamAnswer : std::uint8_t {
  kStream,
  kComeBack,  ///< nothing behind the proxy answers at present
  kFinal,     ///< as for an EventSource: coming back would not help
};
/// `was_open`: there has been a stream before, so that a bad gateway is a restart and not a wrong URL.
StreamAnswer judge_answer(const HttpHead& head, bool was_open);

/// How long to stay away. Many clients lose the same server at once, so no two come back together: jittered by a fifth;
/// doubled, up to half a minute, with each try that fails in a row.
class Comeback {
 public:
  explicit Comeback(std::uint64_t seed) : random_(seed) {}

  /// `retry` is what the server asked for.
  std::chrono::milliseconds delay(std::optional<std::chrono::milliseconds> retry);
  /// A stream has opened.
  void opened() { failures_ = 0; }

 private:
  base::Random random_;
  unsigned failures_ = 0;
};

}  // namespace freshet::ctl
