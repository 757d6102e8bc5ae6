#include "loadtest/references/redis_feed.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <sys/socket.h>

namespace freshet::loadtest {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10U;
constexpr std::string_view kEndOfLine = "\r\n";

/// Takes replies of Redis apart. Every member returns nothing when the text ends too early.
class Reply {
 public:
  explicit Reply(std::string_view text) : text_(text) {}

  [[nodiscard]] std::size_t taken() const { return taken_; }

  /// `*3`, or whatever begins with `kind`, up to its number.
  std::optional<std::size_t> number(char kind) {
    const auto end = text_.find(kEndOfLine, taken_);
    if (end == std::string_view::npos || text_[taken_] != kind) return std::nullopt;
    std::size_t value = 0;
    std::from_chars(text_.data() + taken_ + 1, text_.data() + end, value);
    taken_ = end + kEndOfLine.size();
    return value;
  }

  std::optional<std::string_view> bulk() {
    const auto size = number('$');
    if (!size || text_.size() < taken_ + *size + kEndOfLine.size()) return std::nullopt;
    const auto value = text_.substr(taken_, *size);
    taken_ += *size + kEndOfLine.size();
    return value;
  }

  [[nodiscard]] bool is_integer_next() const { return taken_ < text_.size() && text_[taken_] == ':'; }

 private:
  std::string_view text_;
  std::size_t taken_ = 0;
};

/// Bytes of the reply at the front of `text`, handed out if it is a message; 0: it is not all here.
std::size_t take_reply(std::string_view text, const RedisFeed::OnMessage& on_message) {
  Reply reply(text);
  if (!reply.number('*')) return 0;
  const auto kind = reply.bulk();
  const auto channel = kind ? reply.bulk() : std::nullopt;
  if (!channel) return 0;
  if (reply.is_integer_next()) return reply.number(':') ? reply.taken() : 0;
  const auto message = reply.bulk();
  if (!message) return 0;
  on_message(*channel, *message);
  return reply.taken();
}

}  // namespace

base::Result<RedisFeed> RedisFeed::connect(const Endpoint& redis) {
  auto fd = redis.connect();
  if (!fd) return tl::unexpected(fd.error().at("Redis"));
  return RedisFeed(*std::move(fd));
}

RedisFeed::RedisFeed(base::Fd fd) : fd_(std::move(fd)), in_(kReadBytes) {}

void RedisFeed::subscribe(std::string_view channel) {
  out_ += "*2\r\n$9\r\nSUBSCRIBE\r\n$" + std::to_string(channel.size()) + "\r\n";
  out_ += channel;
  out_ += kEndOfLine;
}

bool RedisFeed::flush() {
  const auto sent = ::send(fd_.get(), out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) out_.erase(0, static_cast<std::size_t>(sent));
  return out_.empty();
}

bool RedisFeed::read(const OnMessage& on_message) {
  if (in_size_ == in_.size()) in_.resize(2 * in_.size());  // one message larger than the buffer
  const auto got = ::recv(fd_.get(), in_.data() + in_size_, in_.size() - in_size_, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (got <= 0) return false;
  in_size_ += static_cast<std::size_t>(got);
  std::string_view rest(in_.data(), in_size_);
  while (!rest.empty()) {
    if (rest.front() == '-') return false;
    const auto taken = take_reply(rest, on_message);
    if (taken == 0) break;
    rest.remove_prefix(taken);
  }
  in_size_ = rest.size();
  std::memmove(in_.data(), rest.data(), rest.size());
  return true;
}

}  // namespace freshet::loadtest
