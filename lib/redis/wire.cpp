#include "redis/wire.h"

#include <chrono>
#include <utility>

#include "uv/errno_text.h"
#include "uv/loop.h"

namespace freshet::redis {
namespace {

constexpr std::chrono::seconds kKeepaliveIdle{2};
constexpr std::chrono::seconds kKeepaliveInterval{1};
constexpr int kKeepaliveCount = 3;
constexpr std::chrono::seconds kUserTimeout{5};

}  // namespace

Wire::Wire(uv::Loop& loop, uv::Fd fd, const tls::Context* tls, const std::string& host, Handler& handler)
    : loop_(loop), handler_(handler) {
  uv::Socket::Handler& of_socket = *this;
  socket_ = std::make_unique<uv::Socket>(loop_, std::move(fd), of_socket);
  socket_->set_no_delay(true);
  socket_->set_keepalive(kKeepaliveIdle, kKeepaliveInterval, kKeepaliveCount);
  socket_->set_user_timeout(kUserTimeout);
  socket_->read(true);
  if (tls == nullptr) return;
  session_.emplace(*tls, host);
  send_output();
  socket_->watch_writable(true);  // a handshake that could not begin is told on the next turn: no byte will come
}

Wire::~Wire() {
  if (destroyed_ != nullptr) *destroyed_ = true;
  if (!session_ || !socket_) return;
  session_->end();
  send_output();
}

base::Result<std::size_t> Wire::write(std::string_view bytes) {
  if (!session_) return socket_->write(bytes);
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const auto size = session_->write(bytes.substr(taken));
    if (!size) return tl::unexpected(size.error());
    if (*size == 0) break;
    taken += *size;
    send_output();
  }
  update_interest();
  return taken;
}

/// An error is not looked at: the socket's own end follows, after what the other side said last.
void Wire::send_output() {
  if (session_->output().empty()) return;
  session_->sent(socket_->write(session_->output()).value_or(0));
}

void Wire::watch_writable(bool on) {
  wants_writable_ = on;
  update_interest();
}

void Wire::update_interest() {
  const bool has_output = session_ && !session_->output().empty();
  socket_->watch_writable(has_output || (wants_writable_ && is_open()));
}

void Wire::on_writable() {
  if (!is_open()) return on_data({});
  if (session_) {
    send_output();
    update_interest();
    if (!session_->output().empty()) return;
  }
  if (wants_writable_) handler_.on_writable();
}

void Wire::on_data(std::string_view bytes) {
  if (!session_) return handler_.on_data(bytes);
  session_->feed(bytes);
  bool destroyed = false;
  destroyed_ = &destroyed;
  decrypt(destroyed);
  if (!destroyed) destroyed_ = nullptr;
}

void Wire::decrypt(const bool& destroyed) {
  // The session has its own copy of what came in, so the loop's buffer is free for what comes out.
  const auto buffer = loop_.read_buffer();
  while (true) {
    const bool was_open = session_->is_open();
    const auto size = session_->read(buffer);
    send_output();
    if (!size) {
      socket_.reset();
      return handler_.on_tls_failure(size.error().message);
    }
    if (!was_open && session_->is_open()) {
      handler_.on_open();
      if (destroyed) return;
    }
    if (*size == 0) break;
    handler_.on_data({buffer.data(), *size});
    if (destroyed) return;
  }
  if (session_->ended()) {
    socket_.reset();
    return handler_.on_closed("");
  }
  update_interest();
}

void Wire::on_closed(int error) {
  if (error != 0) return handler_.on_closed(uv::errno_text(error));
  if (!session_) return handler_.on_closed("");
  handler_.on_closed(is_open() ? "the server hung up without ending TLS"
                               : "the server hung up during the TLS handshake");
}

}  // namespace freshet::redis
