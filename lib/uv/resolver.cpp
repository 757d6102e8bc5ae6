#include "uv/resolver.h"

#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <utility>
#include <uv.h>

#include "uv/loop.h"

namespace freshet::uv {

namespace {

/// The system's own words where it has some: they are what an operator will search for.
std::string reason_of(int status) {
  switch (status) {
    case UV_EAI_NONAME:
      return gai_strerror(EAI_NONAME);
    case UV_EAI_AGAIN:
      return gai_strerror(EAI_AGAIN);
    case UV_EAI_FAIL:
      return gai_strerror(EAI_FAIL);
    case UV_EAI_NODATA:
      return gai_strerror(EAI_NODATA);
    default:
      return uv_strerror(status);
  }
}

std::vector<SocketAddress> addresses_of(const addrinfo* found, std::uint16_t port) {
  std::vector<SocketAddress> addresses;
  for (; found != nullptr; found = found->ai_next) {
    if (found->ai_family != AF_INET && found->ai_family != AF_INET6) continue;
    SocketAddress address;
    std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
    address.length = found->ai_addrlen;
    address.set_port(port);
    addresses.push_back(address);
  }
  return addresses;
}

}  // namespace

void Resolver::CancelRequest::operator()(uv_getaddrinfo_s* request) const {
  request->data = nullptr;
  // Too late when a thread is at it already; then the callback comes with an answer that nobody wants.
  uv_cancel(reinterpret_cast<uv_req_t*>(request));
}

Resolver::Resolver(Loop& loop, const std::string& name, std::uint16_t port, Callback callback)
    : name_(name), port_(port), callback_(std::move(callback)) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  auto request = std::make_unique<uv_getaddrinfo_t>();
  request->data = this;
  const int code = uv_getaddrinfo(loop.raw(), request.get(), &Resolver::on_resolved, name_.c_str(), nullptr, &hints);
  if (code == 0) {
    request_.reset(request.release());
    return;
  }
  failure_ = loop.after({}, [this, code] {
    const auto done = std::move(callback_);
    done(base::fail("resolve " + name_ + ": " + reason_of(code)));
  });
}

void Resolver::on_resolved(uv_getaddrinfo_s* request, int status, addrinfo* found) {
  const std::unique_ptr<uv_getaddrinfo_t> last_owner(request);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> answer(found, uv_freeaddrinfo);
  auto* self = static_cast<Resolver*>(request->data);
  if (self == nullptr) return;
  // Done, so nothing to cancel; `last_owner` deletes it.
  static_cast<void>(self->request_.release());
  const auto done = std::move(self->callback_);
  const std::string place = "resolve " + self->name_ + ": ";
  if (status != 0) return done(base::fail(place + reason_of(status)));
  auto addresses = addresses_of(found, self->port_);
  if (addresses.empty()) return done(base::fail(place + gai_strerror(EAI_NONAME)));
  done(std::move(addresses));
}

}  // namespace freshet::uv
