#include "uv/resolver.h"

#include <netdb.h>
#include <utility>

#include "uv/errno_text.h"
#include "uv/loop.h"

namespace freshet::uv {

Resolver::Resolver(Loop& loop, const std::string& name, std::uint16_t port, Callback callback)
    : loop_(loop), name_(name), port_(port), callback_(std::move(callback)) {
  const auto begun = loop_.lookups().add(name_, *this);
  if (!begun) failure_ = loop_.after({}, [this, reason = begun.error().message] { fail(reason); });
}

Resolver::~Resolver() { loop_.lookups().remove(*this); }

void Resolver::finish(const Lookups::Answer& answer) {
  if (answer.status == EAI_SYSTEM) return fail(errno_text(answer.error));
  // The system's own words: they are what an operator will search for.
  if (answer.status != 0 || answer.count == 0)
    return fail(gai_strerror(answer.status != 0 ? answer.status : EAI_NONAME));
  std::vector<SocketAddress> addresses(answer.addresses.begin(),
                                       answer.addresses.begin() + static_cast<std::ptrdiff_t>(answer.count));
  for (auto& address : addresses) address.set_port(port_);
  const auto done = std::move(callback_);
  done(std::move(addresses));
}

void Resolver::fail(const std::string& reason) {
  const auto done = std::move(callback_);
  done(base::fail("resolve " + name_ + ": " + reason));
}

}  // namespace freshet::uv
