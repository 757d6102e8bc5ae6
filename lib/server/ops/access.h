#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/publish_keys.h"
#include "http/request.h"
#include "http/response.h"
#include "server/gate.h"

namespace freshet::server {

/// What a caller of the operations listener may do with channels.
class OpsRights {
 public:
  explicit OpsRights(std::vector<std::string> globs, std::optional<std::int64_t> expires_at = {})
      : globs_(std::move(globs)), expires_at_(expires_at) {}

  [[nodiscard]] bool may(std::string_view channel) const;
  /// Whether they go for every channel (the glob `*`), as is needed for what concerns a user.
  [[nodiscard]] bool everywhere() const;
  /// When the token that gives them runs out, Unix seconds; keys do not.
  [[nodiscard]] std::optional<std::int64_t> expires_at() const { return expires_at_; }

 private:
  std::vector<std::string> globs_;
  std::optional<std::int64_t> expires_at_;
};

/// Who may publish, disconnect and see data. Without publish keys whoever reaches a loopback listener may do all of it,
/// and nobody on one that other machines reach. With keys, or there, a key or a publishing token is needed.
class OpsAccess {
 public:
  OpsAccess(const auth::PublishKeys& keys, Gate& gate) : keys_(keys), gate_(gate) {}

  /// The listener can be reached from other machines.
  void close_to_others() { exposed_ = true; }
  /// The caller's rights, or the answer to give.
  tl::expected<OpsRights, http::Response> judge(const http::Request& request);

 private:
  const auth::PublishKeys& keys_;
  Gate& gate_;
  bool exposed_ = false;
};

}  // namespace freshet::server
