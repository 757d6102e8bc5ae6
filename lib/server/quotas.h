#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace freshet::server {

/// How many streams each user and each client address has open. Counted only while there is a limit to hold them to:
/// streams from before one was configured do not count.
class Quotas {
 public:
  /// A stream's place; gives it back when it is destroyed. The quotas outlive it.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept { swap(other); }
    Place& operator=(Place&& other) noexcept {
      swap(other);
      return *this;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();

   private:
    friend class Quotas;
    Place(Quotas& quotas, std::string key) : quotas_(&quotas), key_(std::move(key)) {}
    void swap(Place& other) noexcept {
      std::swap(quotas_, other.quotas_);
      std::swap(key_, other.key_);
    }
    Quotas* quotas_ = nullptr;
    std::string key_;
  };

  /// Whether `key` has fewer than `limit` streams; a limit of 0 is none.
  [[nodiscard]] bool has_room(const std::string& key, std::size_t limit) const;
  [[nodiscard]] Place take(std::string key);

  /// The key of a user, and that of an address: an IPv6 client may have a whole /64, so that is what counts.
  static std::string user_key(const std::string& subject) { return "u:" + subject; }
  static std::string address_key(const std::string& address);

 private:
  std::unordered_map<std::string, std::uint32_t> streams_;
};

}  // namespace freshet::server
