#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "auth/missing_keys.h"
#include "base/error.h"
#include "uv/loop.h"
#include "uv/worker.h"

namespace freshet {

/// Keeps the key set at `auth.jwt.jwks_url` at hand: fetched off the loop at the start, then periodically, and soon
/// after a token named a key that is not in it; with backoff while that fails. The last good one stays in force.
class JwksSource {
 public:
  /// Takes a set over, or says why it is of no use: then it counts as not fetched, and the one before stays.
  using Take = std::function<base::Result<void>(const std::string& text)>;

  /// `take` gets every text that differs from the one in force; `failed` why there is none, once until it changes.
  JwksSource(uv::Loop& loop, std::string url, std::chrono::milliseconds refresh, Take take,
             std::function<void(const std::string&)> failed);

  /// No key verifies a token that names this one (empty: none). Whether keys are still to come that may: the first ones
  /// are, or `kid` has not been looked for yet. Fetches at most once in some seconds.
  bool key_missing(const std::string& kid);
  /// From now on; what is under way or planned stays so.
  void set_refresh(std::chrono::milliseconds refresh);
  /// The set in force; empty while there is none.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void fetch();
  void fetched(base::Result<std::string> text);
  base::Result<void> use(base::Result<std::string> text);
  void failed(const std::string& reason);
  void fetch_soon();
  void fetch_after(base::Duration delay);

  uv::Loop& loop_;
  std::string url_;
  std::chrono::milliseconds refresh_;
  Take take_;
  std::function<void(const std::string&)> failed_;
  auth::MissingKeys missing_;
  std::string text_;
  std::string failure_;
  base::Duration retry_{};
  base::Instant fetched_at_{};
  base::Instant due_{};
  std::unique_ptr<uv::Worker> worker_;
  std::unique_ptr<base::Timer> timer_;
};

}  // namespace freshet
