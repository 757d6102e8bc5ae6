#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

struct bio_st;
struct ssl_st;

namespace freshet::tls {

class Context;

/// A client's TLS session, without a socket: what came from the server is fed in and comes out as plaintext, plaintext
/// is written in and comes out as what must be sent. Owned by whoever has the socket, who also sets the deadlines.
class Session {
 public:
  /// How much `write` lets wait for being sent.
  static constexpr std::size_t kMaxOutputBytes = std::size_t{128} << 10U;

  /// Begins the handshake: there is output at once. `host`, a name or an IP address, is what was connected to; the
  /// server's certificate must be made out to the context's server name or else to it.
  Session(const Context& context, const std::string& host);

  /// Takes bytes from the server, cut anywhere. `read` them until nothing more comes before feeding the next.
  void feed(std::string_view bytes);
  /// The next plaintext from the server; 0: none before more is fed. Also what carries the handshake on, so there may
  /// be output afterwards, even after an error. Errors are for the operator, and final: `certificate verify failed:
  /// hostname mismatch: it is not for redis.internal`, `the server refused: certificate required`.
  [[nodiscard]] base::Result<std::size_t> read(std::span<char> into);
  /// Encrypts the beginning of `plaintext` and says how much of it; 0: the handshake is not done, or too much waits.
  [[nodiscard]] base::Result<std::size_t> write(std::string_view plaintext);
  /// Tells the server that nothing more follows, if there is a session to end.
  void end();

  /// What must be sent to the server; valid until the next call.
  [[nodiscard]] std::string_view output() const { return std::string_view(output_).substr(sent_); }
  /// The first `size` bytes of it have been.
  void sent(std::size_t size);

  /// The handshake is done, and the server is who it should be.
  [[nodiscard]] bool is_open() const { return open_; }
  /// The server has said that nothing more follows. A connection that ends without this was cut off.
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  struct Free {
    void operator()(ssl_st* raw) const;
  };

  void expect_name(bool verify);
  [[nodiscard]] base::Result<bool> shake_hands();
  /// What the last call was about: nothing (it waits for more bytes), the end, or an error.
  [[nodiscard]] base::Result<void> judge(int result);
  [[nodiscard]] base::Result<void> collect_output();
  [[nodiscard]] std::string describe_failure() const;

  std::unique_ptr<ssl_st, Free> raw_;
  bio_st* in_;   ///< raw_ owns it
  bio_st* out_;  ///< raw_ owns it
  std::string name_;
  std::string output_;
  std::size_t sent_ = 0;
  bool open_ = false;
  bool ended_ = false;
  std::optional<base::Error> failure_;
};

}  // namespace freshet::tls
