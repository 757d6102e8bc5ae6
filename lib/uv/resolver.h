#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "uv/lookups.h"
#include "uv/socket_address.h"

namespace freshet::uv {

class Loop;

/// One wish to know a name's addresses, as the system's resolver finds them, off the loop. Destroying it drops the
/// answer; the lookup itself goes on, and answers the next one who asks for the same name meanwhile.
class Resolver {
 public:
  /// The name's addresses with `port` in the order of preference, at least one; or `resolve NAME: reason`.
  using Callback = std::function<void(base::Result<std::vector<SocketAddress>>)>;

  /// Calls back once, from the loop; the callback may destroy the resolver.
  Resolver(Loop& loop, const std::string& name, std::uint16_t port, Callback callback);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// For those who have looked it up.
  void finish(const Lookups::Answer& answer);

 private:
  void fail(const std::string& reason);

  Loop& loop_;
  std::string name_;
  std::uint16_t port_;
  Callback callback_;
  /// Reports a lookup that could not even start.
  std::unique_ptr<base::Timer> failure_;
};

}  // namespace freshet::uv
