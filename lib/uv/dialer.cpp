#include "uv/dialer.h"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <utility>
#include <uv.h>

#include "uv/errno_text.h"
#include "uv/loop.h"
#include "uv/make_handle.h"

namespace freshet::uv {

namespace {

/// A unix socket with a full backlog does not let a non-blocking client wait in line (EAGAIN): it must come again.
constexpr auto kBacklogRetry = std::chrono::milliseconds(10);

}  // namespace

Dialer::Dialer(Loop& loop, std::string place, std::vector<SocketAddress> candidates, base::Instant started,
               base::Duration deadline, Callback callback)
    : loop_(loop),
      place_(std::move(place)),
      candidates_(std::move(candidates)),
      started_(started),
      deadline_(deadline),
      callback_(std::move(callback)) {}

void Dialer::try_current() {
  const auto left = std::max(deadline_ - (loop_.now() - started_), base::Duration::zero());
  const auto share = left / static_cast<base::Duration::rep>(candidates_.size() - current_);
  patience_ = loop_.after(share, [this] { give_up_current(no_answer_within(deadline_)); });
  connect_current();
}

void Dialer::connect_current() {
  const SocketAddress& candidate = candidates_[current_];
  fd_ = Fd(::socket(candidate.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd_) return give_up_current(errno_text(errno));
  if (::connect(fd_.get(), candidate.raw(), candidate.length) == 0) return finish(std::move(fd_));
  if (candidate.family() == AF_UNIX && errno == EAGAIN) {
    retry_ = loop_.after(kBacklogRetry, [this] { connect_current(); });
    return;
  }
  if (errno != EINPROGRESS && errno != EINTR) return give_up_current(errno_text(errno));
  auto poll = make_poll(loop_, fd_.get(), this);
  if (!poll) return give_up_current(poll.error().message);
  poll_ = std::move(*poll);
  must(uv_poll_start(poll_.get(), UV_WRITABLE, &Dialer::on_event), "connection attempt");
}

void Dialer::on_event(uv_poll_s* handle, int /*status*/, int /*events*/) {
  if (auto* self = static_cast<Dialer*>(handle->data); self != nullptr) self->check_current();
}

void Dialer::check_current() {
  int error = 0;
  socklen_t length = sizeof(error);
  if (::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (error != 0) return give_up_current(errno_text(error));
  finish(std::move(fd_));
}

void Dialer::give_up_current(const std::string& reason) {
  poll_.reset();
  retry_.reset();
  fd_.reset();
  if (current_ + 1 < candidates_.size()) {
    ++current_;
    return try_current();
  }
  std::string place = "connect to " + place_;
  // A name does not say who it was that refused.
  const Address tried = candidates_[current_].address();
  if (tried.text() != place_) place += " (" + tried.host + ")";
  finish(tl::unexpected(base::Error{reason}.at(place)));
}

void Dialer::finish(base::Result<Fd> result) {
  patience_.reset();
  retry_.reset();
  poll_.reset();
  const auto callback = std::move(callback_);
  callback(std::move(result));
}

std::string no_answer_within(base::Duration deadline) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(deadline).count();
  return "no answer within " + (ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms");
}

}  // namespace freshet::uv
