#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "uv/handle.h"
#include "uv/socket_address.h"

struct addrinfo;

namespace freshet::uv {

class Loop;

/// One name being looked up, by the system's resolver, on a thread of libuv's pool. Destroying it drops the answer:
/// the request itself stays with libuv until that thread is done, and the loop's end waits for it.
class Resolver {
 public:
  /// The name's addresses with `port` in the order of preference, at least one; or `resolve NAME: reason`.
  using Callback = std::function<void(base::Result<std::vector<SocketAddress>>)>;

  /// Calls back once, from the loop; the callback may destroy the resolver.
  Resolver(Loop& loop, const std::string& name, std::uint16_t port, Callback callback);
  ~Resolver() = default;
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

 private:
  struct CancelRequest {
    void operator()(uv_getaddrinfo_s* request) const;
  };

  static void on_resolved(uv_getaddrinfo_s* request, int status, addrinfo* found);

  std::string name_;
  std::uint16_t port_;
  Callback callback_;
  std::unique_ptr<uv_getaddrinfo_s, CancelRequest> request_;
  /// Reports a lookup that could not even start.
  std::unique_ptr<base::Timer> failure_;
};

}  // namespace freshet::uv
