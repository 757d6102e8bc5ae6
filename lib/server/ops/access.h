#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/identity.h"
#include "auth/publish_keys.h"
#include "http/request.h"
#include "http/response.h"
#include "server/gate.h"

namespace freshet::server {

/// What a caller of the operations listener may do with channels.
class OpsRights {
 public:
  /// Of a key, which is nobody's.
  explicit OpsRights(std::vector<std::string> globs) : globs_(std::move(globs)) {}
  /// Of a token.
  explicit OpsRights(auth::Identity identity) : globs_(identity.publish), identity_(std::move(identity)) {}

  [[nodiscard]] bool may(std::string_view channel) const;
  /// Whether they go for every channel (the glob `*`), as is needed for what concerns a user.
  [[nodiscard]] bool everywhere() const;
  /// Whose token gives them.
  [[nodiscard]] const std::optional<auth::Identity>& identity() const { return identity_; }

 private:
  std::vector<std::string> globs_;
  std::optional<auth::Identity> identity_;
};

/// Who may publish, disconnect and see data. Where no publish keys are configured, whoever reaches a loopback listener
/// may do all of it, and nobody on one that other machines reach. Otherwise, or there, a key or a publishing token is
/// needed: also while the configured file holds no key.
class OpsAccess {
 public:
  /// No `keys`: none are configured. All of these outlive it.
  OpsAccess(const std::optional<auth::PublishKeys>& keys, Gate& gate, Barred barred)
      : keys_(keys), gate_(gate), barred_(std::move(barred)) {}

  /// The listener can be reached from other machines.
  void close_to_others() { exposed_ = true; }
  /// The caller's rights, or the answer to give.
  tl::expected<OpsRights, http::Response> judge(const http::Request& request);

 private:
  tl::expected<OpsRights, http::Response> judge_token(std::string_view token);

  const std::optional<auth::PublishKeys>& keys_;
  Gate& gate_;
  Barred barred_;
  bool exposed_ = false;
};

}  // namespace freshet::server
