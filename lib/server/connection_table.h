#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "server/connection.h"

namespace freshet::server {

/// The connections of a server, by number. A number is never given twice, so that it can be kept where the connection
/// may be gone. They lie in blocks that stay for those to come: what the allocator adds to each piece of memory would
/// be a tenth of a quiet connection.
class ConnectionTable {
 public:
  Connection& add(HttpServer& server, uv::Fd fd, uv::Peer peer) {
    if (free_.empty()) add_block();
    const auto slot = free_.back();
    free_.pop_back();
    ++size_;
    return place(slot).emplace(server, ++serial_ << kSlotBits | slot, std::move(fd), std::move(peer));
  }
  /// Null when it has gone.
  [[nodiscard]] Connection* find(std::uint64_t number) {
    const auto slot = slot_of(number);
    if (slot >= blocks_.size() * kBlock) return nullptr;
    auto& connection = place(slot);
    return connection && connection->number() == number ? &*connection : nullptr;
  }
  void erase(std::uint64_t number) {
    if (find(number) == nullptr) return;
    place(slot_of(number)).reset();
    free_.push_back(slot_of(number));
    --size_;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  template <class Visit>
  void for_each(Visit visit) {
    for (const auto& block : blocks_) {
      for (auto& connection : *block) {
        if (connection) visit(*connection);
      }
    }
  }

 private:
  static constexpr std::uint32_t kBlock = 64;
  using Block = std::array<std::optional<Connection>, kBlock>;
  /// Room for 16 million connections at a time, and for as many numbers as a machine lives to give.
  static constexpr unsigned kSlotBits = 24;

  static std::uint32_t slot_of(std::uint64_t number) {
    return static_cast<std::uint32_t>(number & ((std::uint64_t{1} << kSlotBits) - 1));
  }
  [[nodiscard]] std::optional<Connection>& place(std::uint32_t slot) {
    return (*blocks_[slot / kBlock])[slot % kBlock];
  }
  void add_block() {
    const auto first = static_cast<std::uint32_t>(blocks_.size()) * kBlock;
    blocks_.push_back(std::make_unique<Block>());
    for (auto slot = kBlock; slot-- > 0;) free_.push_back(first + slot);
  }

  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<std::uint32_t> free_;
  std::uint64_t serial_ = 0;
  std::size_t size_ = 0;
};

}  // namespace freshet::server
