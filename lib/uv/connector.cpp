#include "uv/connector.h"

#include <utility>

#include "uv/dialer.h"
#include "uv/loop.h"
#include "uv/resolver.h"
#include "uv/socket_address.h"

namespace freshet::uv {

Connector::Connector(Loop& loop, const Address& address, base::Duration deadline, Callback callback)
    : callback_(std::move(callback)) {
  const auto dial = [this, &loop, place = address.text(), started = loop.now(),
                     deadline](std::vector<SocketAddress> candidates) {
    dialer_ = std::make_unique<Dialer>(loop, place, std::move(candidates), started, deadline,
                                       [this](base::Result<Fd> result) { finish(std::move(result)); });
    dialer_->start();
  };
  if (const auto known = SocketAddress::from(address); known) {
    step_ = loop.after({}, [dial, known] { dial({*known}); });
    return;
  }
  step_ = loop.after(deadline, [this, host = address.host, deadline] {
    finish(base::fail("resolve " + host + ": " + no_answer_within(deadline)));
  });
  resolver_ = std::make_unique<Resolver>(loop, address.host, address.port, [this, dial](auto found) {
    if (!found) return finish(tl::unexpected(found.error()));
    step_.reset();
    resolver_.reset();
    dial(std::move(*found));
  });
}

Connector::~Connector() = default;

void Connector::finish(base::Result<Fd> result) {
  step_.reset();
  resolver_.reset();
  dialer_.reset();
  const auto callback = std::move(callback_);
  callback(std::move(result));
}

}  // namespace freshet::uv
