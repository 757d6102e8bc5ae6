#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>

#include "broker/channel_log.h"
#include "broker/one_or_more.h"

namespace freshet::broker {

class Subscription;

/// A channel that this process is subscribed to, owned by the hub's table. One SUBSCRIBE belongs to one Channel object:
/// it is unsubscribed only when confirmed, and forgotten with that, so that a late confirmation can never count for a
/// newer subscription.
///
/// There may be as many channels as there are streams, so each is one piece of memory with its name at the end, and
/// what only some have lies elsewhere.
struct Channel {
  static Channel* make(std::string_view name, std::uint32_t hash) { return new (name.size()) Channel(name, hash); }
  static void operator delete(void* memory) { ::operator delete(memory); }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() = default;

  [[nodiscard]] std::string_view name() const {
    return {reinterpret_cast<const char*>(this) + sizeof(Channel), name_bytes};  // NOLINT(*-reinterpret-cast)
  }

  Channel* next = nullptr;      ///< in the same place of the table
  std::uint32_t hash;           ///< of the name
  std::uint32_t idle_slot = 0;  ///< in the hub's list of channels without streams, while it has none
  OneOrMore<Subscription*> members;
  ChannelLog log;
  Id head = 0;                    ///< the newest id that is in or below the log
  std::uint32_t read_serial = 0;  ///< of the ring read in flight; 0: none was sent
  std::uint32_t opening = 0;      ///< streams that are reading: the log must not be trimmed
  std::uint32_t paused = 0;       ///< streams between two pages: better not trimmed
  std::uint8_t name_bytes;
  bool confirmed : 1 = false;
  bool marked : 1 = false;    ///< the log has begun
  bool reading : 1 = false;   ///< a ring read is queued or in flight
  bool cut : 1 = false;       ///< the log begins where the ring did not: nobody wanted more
  bool released : 1 = false;  ///< about to go

 private:
  Channel(std::string_view text, std::uint32_t text_hash)
      : hash(text_hash), name_bytes(static_cast<std::uint8_t>(text.size())) {
    text.copy(reinterpret_cast<char*>(this) + sizeof(Channel), text.size());  // NOLINT(*-reinterpret-cast)
  }
  static void* operator new(std::size_t self, std::size_t name_bytes) { return ::operator new(self + name_bytes); }
};

}  // namespace freshet::broker
