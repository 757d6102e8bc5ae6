#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "uv/loop.h"
#include "uv/worker.h"

namespace freshet {

/// Keeps the key set at `auth.jwt.jwks_url` at hand: fetched off the loop at the start, then periodically, and soon
/// after a token named a key that is not in it; with backoff while that fails. The last good one stays in force.
class JwksSource {
 public:
  /// `changed` gets every text that differs from the one before; `failed` why there is none, once until it changes.
  JwksSource(uv::Loop& loop, std::string url, std::chrono::milliseconds refresh,
             std::function<void(const std::string&)> changed, std::function<void(const std::string&)> failed);

  /// A token names a key that nobody knows. Fetches at most once in some seconds.
  void key_missing();

 private:
  void fetch();
  void fetched(base::Result<std::string> text);
  void fetch_after(base::Duration delay);

  uv::Loop& loop_;
  std::string url_;
  std::chrono::milliseconds refresh_;
  std::function<void(const std::string&)> changed_;
  std::function<void(const std::string&)> failed_;
  std::string text_;
  std::string failure_;
  base::Duration retry_{};
  base::Instant fetched_at_{};
  base::Instant due_{};
  std::unique_ptr<uv::Worker> worker_;
  std::unique_ptr<base::Timer> timer_;
};

}  // namespace freshet
