#pragma once

#include <string>
#include <string_view>
#include <sys/socket.h>

#include "base/error.h"
#include "base/fd.h"

namespace freshet::loadtest {

/// Where a server listens: an IPv4 address and port, or a unix socket.
class Endpoint {
 public:
  /// `127.0.0.1:80`, `localhost:80` or `unix:/path`.
  static base::Result<Endpoint> parse(std::string_view text);

  /// A connected socket that still blocks. `source` is the last part of the 127.0.0.x to come from, 0: whichever the
  /// kernel takes; `receive_buffer` is its SO_RCVBUF, 0: as the kernel likes.
  [[nodiscard]] base::Result<base::Fd> connect(unsigned source = 0, int receive_buffer = 0) const;
  /// A listening socket that does not block. Its connections inherit TCP_NODELAY and the size of the send buffer.
  [[nodiscard]] base::Result<base::Fd> listen(int send_buffer) const;

  [[nodiscard]] bool is_unix() const { return address_.ss_family == AF_UNIX; }
  /// On 127.0.0.0/8, so that clients may come from any address of it.
  [[nodiscard]] bool is_loopback() const;
  /// As it was given; for the Host header and messages.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  sockaddr_storage address_{};
  socklen_t length_ = 0;
};

/// `host:port` or the path that a listening socket really has.
std::string name_of_listener(int fd);

}  // namespace freshet::loadtest
