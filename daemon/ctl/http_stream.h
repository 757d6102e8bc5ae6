#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "ctl/http.h"
#include "ctl/transfer.h"

namespace freshet::ctl {

/// One request whose body is read as it comes.
class HttpStream {
 public:
  explicit HttpStream(HttpRequest request);

  /// Until something has come, or `wake_fd` is readable, or this long.
  void wait(std::chrono::milliseconds longest, int wake_fd = -1);
  [[nodiscard]] bool ended() const { return transfer_->ended(); }
  [[nodiscard]] bool has_head() const { return transfer_->has_head(); }
  [[nodiscard]] const HttpHead& head() const { return transfer_->head(); }
  [[nodiscard]] std::optional<HttpFailure> failure() const { return transfer_->failure(); }
  [[nodiscard]] std::string take_body() { return transfer_->take_body(); }

 private:
  Multi multi_;
  std::unique_ptr<Transfer> transfer_;
};

}  // namespace freshet::ctl
