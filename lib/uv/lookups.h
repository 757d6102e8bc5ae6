#pragma once

#include <array>
#include <cstddef>
#include <list>
#include <string>

#include "base/error.h"
#include "uv/socket_address.h"

namespace freshet::uv {

class Loop;
class Resolver;

/// The names that are being looked up, each once at a time, however many want to know it. The system's resolver blocks,
/// half a minute where no name server answers, and cannot be told to stop. So each lookup has a thread of its own that
/// shares nothing with the loop but a socket for its answer: nobody waits for it, at the end of the process least of
/// all, and a name that is stuck holds up no other one. Private to this room; owned by the loop, which it keeps running
/// while somebody waits for an answer.
class Lookups {
 public:
  /// As it goes through the socket.
  struct Answer {
    int status = 0;  ///< of getaddrinfo
    int error = 0;   ///< errno, where the status says so
    std::size_t count = 0;
    std::array<SocketAddress, 64> addresses{};
  };

  explicit Lookups(Loop& loop);
  ~Lookups();
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;

  /// Tells the resolver the answer on a later turn, unless it is removed before. An error: there is no descriptor or
  /// thread to be had.
  [[nodiscard]] base::Result<void> add(const std::string& name, Resolver& resolver);
  void remove(const Resolver& resolver);

 private:
  struct Lookup;

  [[nodiscard]] base::Result<Lookup*> begin(const std::string& name);
  void tell(Lookup& lookup);

  Loop& loop_;
  std::list<Lookup> lookups_;  ///< until their threads are done
};

}  // namespace freshet::uv
