#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

#include "auth/ip_network.h"
#include "base/keyed_hash.h"

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
    using Count = std::pair<const std::string, std::uint32_t>;
    Place(Quotas& quotas, Count& count) : quotas_(&quotas), count_(&count) {}
    void swap(Place& other) noexcept {
      std::swap(quotas_, other.quotas_);
      std::swap(count_, other.count_);
    }
    Quotas* quotas_ = nullptr;
    Count* count_ = nullptr;  ///< the map's own
  };

  /// Whether `key` has fewer than `limit` streams; a limit of 0 is none.
  [[nodiscard]] bool has_room(const std::string& key, std::size_t limit) const;
  [[nodiscard]] Place take(const std::string& key);

  /// The key of a user, and that of an address: an IPv6 client may have a whole /64, so that is what counts.
  static std::string user_key(const std::string& subject) { return "u:" + subject; }
  static std::string address_key(const auth::IpAddress& address) { return "a:" + auth::prefix64(address).text(); }

 private:
  std::unordered_map<std::string, std::uint32_t, base::KeyedHash> streams_;
};

}  // namespace freshet::server
