#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace freshet::server {

/// Which connections carry a user's streams, so that they are found without looking at all the others.
class UserStreams {
 public:
  /// One stream's place in here, until it is destroyed. The index outlives it.
  class Entry {
   public:
    Entry() = default;
    Entry(Entry&& other) noexcept { swap(other); }
    Entry& operator=(Entry&& other) noexcept {
      swap(other);
      return *this;
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() {
      if (owner_ != nullptr) owner_->numbers_.erase(place_);
    }

   private:
    friend class UserStreams;
    using Place = std::multimap<std::string, std::uint64_t, std::less<>>::iterator;
    Entry(UserStreams& owner, Place place) : owner_(&owner), place_(place) {}
    void swap(Entry& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(place_, other.place_);
    }
    UserStreams* owner_ = nullptr;
    Place place_;
  };

  /// `number` is the connection's.
  [[nodiscard]] Entry add(const std::string& user, std::uint64_t number) {
    return {*this, numbers_.emplace(user, number)};
  }
  /// The user's connections, oldest first.
  [[nodiscard]] std::vector<std::uint64_t> of(std::string_view user) const {
    std::vector<std::uint64_t> numbers;
    const auto [first, last] = numbers_.equal_range(user);
    for (auto each = first; each != last; ++each) numbers.push_back(each->second);
    return numbers;
  }

 private:
  std::multimap<std::string, std::uint64_t, std::less<>> numbers_;
};

}  // namespace freshet::server
