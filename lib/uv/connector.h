#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/error.h"
#include "uv/address.h"
#include "uv/fd.h"

namespace freshet::uv {

class Dialer;
class Loop;
class Resolver;

/// One attempt to connect. Names are looked up off the loop, and all their addresses tried in turn, each with its share
/// of the time that is left. Owned by whoever wants the connection; destroying it cancels the attempt at any stage.
class Connector {
 public:
  /// A connected, non-blocking, close-on-exec descriptor, or what went wrong where: `connect to 127.0.0.1:6379:
  /// Connection refused`, `resolve redis.example: Name or service not known`, `connect to …: no answer within 2 s`.
  using Callback = std::function<void(base::Result<Fd>)>;

  /// Starts at once. Calls back once, never from inside the constructor; the callback may destroy the connector. The
  /// loop must outlive it. `deadline` is for everything, looking up included.
  Connector(Loop& loop, const Address& address, base::Duration deadline, Callback callback);
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

 private:
  void finish(base::Result<Fd> result);

  Callback callback_;
  /// The first step to an address that is known, or the end of the time for looking one up.
  std::unique_ptr<base::Timer> step_;
  std::unique_ptr<Resolver> resolver_;
  std::unique_ptr<Dialer> dialer_;
};

}  // namespace freshet::uv
