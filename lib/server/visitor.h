#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/ip_network.h"
#include "server/caller.h"
#include "server/quotas.h"
#include "server/user_streams.h"

namespace freshet::server {

/// Who has an open stream, and the places it takes in the server's books; gives them back when it dies. The stream owns
/// it. What a nameless visitor without quotas does not need costs nothing: there are very many of those.
class Visitor {
 public:
  explicit Visitor(Caller caller) : address_(caller.address) {
    if (caller.subject.empty() && !caller.issued_at && !caller.expires_at) return;
    auto& pass = this->pass();
    pass.subject = std::move(caller.subject);
    pass.issued_at = caller.issued_at;
    pass.expires_at = caller.expires_at;
  }

  void take(UserStreams::Entry entry) { pass().entry = std::move(entry); }
  void take_user_place(Quotas::Place place) { pass().user_place = std::move(place); }
  void take_address_place(Quotas::Place place) { pass().address_place = std::move(place); }

  [[nodiscard]] std::string_view subject() const { return pass_ ? std::string_view(pass_->subject) : ""; }
  [[nodiscard]] const std::optional<auth::IpAddress>& address() const { return address_; }
  [[nodiscard]] std::optional<std::int64_t> issued_at() const { return pass_ ? pass_->issued_at : std::nullopt; }
  [[nodiscard]] std::optional<std::int64_t> expires_at() const { return pass_ ? pass_->expires_at : std::nullopt; }

 private:
  struct Pass {
    std::string subject;
    std::optional<std::int64_t> issued_at;
    std::optional<std::int64_t> expires_at;
    Quotas::Place user_place;
    Quotas::Place address_place;
    UserStreams::Entry entry;
  };

  [[nodiscard]] Pass& pass() {
    if (!pass_) pass_ = std::make_unique<Pass>();
    return *pass_;
  }

  std::unique_ptr<Pass> pass_;
  std::optional<auth::IpAddress> address_;
};

}  // namespace freshet::server
