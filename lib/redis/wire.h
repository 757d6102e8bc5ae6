#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "tls/session.h"
#include "uv/fd.h"
#include "uv/socket.h"

namespace freshet::tls {
class Context;
}

namespace freshet::redis {

/// The bytes to and from Redis over a connected socket, plain or inside TLS; used alike. Plain bytes are not copied.
/// Owned by the connection, which also sets the deadlines.
class Wire final : private uv::Socket::Handler {
 public:
  /// As a socket's handler: called from the loop only, never from inside a method. Each may destroy the wire.
  class Handler {
   public:
    /// TLS stands. Does not come over a plain wire, which is open from the beginning.
    virtual void on_open() = 0;
    virtual void on_data(std::string_view bytes) = 0;
    /// The other side has hung up (`why` is empty) or the connection is broken. Comes once, and nothing after it.
    virtual void on_closed(std::string_view why) = 0;
    /// The two sides cannot agree on TLS: certificates and versions, which are the operator's to change. Comes once,
    /// and nothing after it.
    virtual void on_tls_failure(std::string_view why) = 0;
    /// `write` takes bytes again. Comes each turn while it is watched for.
    virtual void on_writable() = 0;

   protected:
    ~Handler() = default;
  };

  /// Takes over a connected socket and reads from it. With `tls` begins the handshake with `host`, the name or address
  /// that was connected to; the context is not kept. Loop and handler outlive the wire.
  Wire(uv::Loop& loop, uv::Fd fd, const tls::Context* tls, const std::string& host, Handler& handler);
  /// Ends TLS in form, as far as the kernel takes it.
  virtual ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  [[nodiscard]] bool is_open() const { return !session_ || session_->is_open(); }
  /// As uv::Socket: how much was taken; 0: watch for writable. Nothing is taken before the wire is open. What TLS has
  /// taken and not sent is bounded, and goes out by itself.
  [[nodiscard]] base::Result<std::size_t> write(std::string_view bytes);
  void watch_writable(bool on);

 private:
  void on_data(std::string_view bytes) override;
  void on_closed(int error) override;
  void on_writable() override;

  void decrypt(const bool& destroyed);
  void send_output();
  void update_interest();

  uv::Loop& loop_;
  Handler& handler_;
  std::unique_ptr<uv::Socket> socket_;
  std::optional<tls::Session> session_;
  bool wants_writable_ = false;
  /// Set by the destructor while a handler may be the one that destroys.
  bool* destroyed_ = nullptr;
};

}  // namespace freshet::redis
