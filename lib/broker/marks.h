#pragma once

#include <cstdint>

namespace freshet::broker {

/// Counts the marks that were sent and heard. A mark covers what was confirmed before it was sent, on the two links
/// that it was sent on: whoever becomes ready notes `stamp()`, and a mark covers it if its nonce is above that.
class Marks {
 public:
  /// The nonce of the mark that is sent now.
  std::uint64_t send() { return ++sent_; }
  void hear(std::uint64_t nonce) {
    if (nonce > heard_ && nonce <= sent_) heard_ = nonce;
  }
  /// A link came or went: marks under way no longer prove anything.
  void invalidate() { valid_above_ = sent_; }

  [[nodiscard]] std::uint64_t stamp() const { return sent_; }
  [[nodiscard]] bool counts(std::uint64_t nonce) const { return nonce > valid_above_ && nonce <= sent_; }
  [[nodiscard]] bool covers(std::uint64_t nonce, std::uint64_t stamp) const { return counts(nonce) && nonce > stamp; }
  [[nodiscard]] bool in_flight() const { return sent_ > heard_ && sent_ > valid_above_; }

 private:
  std::uint64_t sent_ = 0;
  std::uint64_t heard_ = 0;
  std::uint64_t valid_above_ = 0;
};

}  // namespace freshet::broker
