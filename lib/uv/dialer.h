#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "uv/fd.h"
#include "uv/handle.h"
#include "uv/socket_address.h"

namespace freshet::uv {

class Loop;

/// Tries the addresses of one place in turn until one takes the connection. Each gets an equal share of the time that
/// is left, so that a dead one does not use up the others' chances. Private to this room: the connector's second half.
class Dialer {
 public:
  using Callback = std::function<void(base::Result<Fd>)>;

  /// At least one candidate. `place` is what errors call it; `deadline` counts from `started`. Calls back once, and
  /// perhaps from inside `start`; the callback may destroy the dialer.
  Dialer(Loop& loop, std::string place, std::vector<SocketAddress> candidates, base::Instant started,
         base::Duration deadline, Callback callback);
  ~Dialer() = default;
  Dialer(const Dialer&) = delete;
  Dialer& operator=(const Dialer&) = delete;

  void start() { try_current(); }

 private:
  static void on_event(uv_poll_s* handle, int status, int events);
  void try_current();
  void connect_current();
  void check_current();
  void give_up_current(const std::string& reason);
  void finish(base::Result<Fd> result);

  Loop& loop_;
  std::string place_;
  std::vector<SocketAddress> candidates_;
  std::size_t current_ = 0;
  base::Instant started_;
  base::Duration deadline_;
  Callback callback_;
  Fd fd_;
  Handle<uv_poll_s> poll_;
  /// Runs out when the current candidate has had its share.
  std::unique_ptr<base::Timer> patience_;
  /// Comes again to a unix socket whose backlog is full.
  std::unique_ptr<base::Timer> retry_;
};

/// `no answer within 2 s`.
std::string no_answer_within(base::Duration deadline);

}  // namespace freshet::uv
