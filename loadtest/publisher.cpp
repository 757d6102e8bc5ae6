#include "loadtest/publisher.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>

#include "loadtest/payload.h"

namespace freshet::loadtest {

base::Result<std::unique_ptr<Publisher>> Publisher::open(const Options& options, const ChannelPlan& plan,
                                                         Shared& shared) {
  const auto& endpoint = options.publish == PublishHow::kPost ? options.publish_url->endpoint : *options.redis;
  auto fd = endpoint.connect();
  if (!fd) return tl::unexpected(fd.error().at("publishing"));
  return std::unique_ptr<Publisher>(new Publisher(options, plan, shared, *std::move(fd)));
}

Publisher::Publisher(const Options& options, const ChannelPlan& plan, Shared& shared, base::Fd fd)
    : shared_(shared),
      fd_(std::move(fd)),
      wire_(make_wire(options, plan)),
      size_bytes_(options.size_bytes),
      depth_(options.pipeline) {}

void Publisher::publish(std::size_t channel, std::int64_t due_ns) {
  const auto number = shared_.published[channel].fetch_add(1, std::memory_order_relaxed);
  Payload{number, due_ns}.write(data_, size_bytes_);
  wire_->encode(channel, data_, out_);
  ++unanswered_;
  if (due_ns > 0) late_.record(now_ns() - due_ns);
}

base::Result<void> Publisher::turn() {
  if (auto sent = send(); !sent) return sent;
  return unanswered_ == 0 ? base::Result<void>() : receive();
}

base::Result<void> Publisher::send() {
  while (sent_ < out_.size()) {
    const auto count = ::send(fd_.get(), out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (count < 0)
      return base::fail("publishing: " + std::string(std::strerror(errno)));  // NOLINT(concurrency-mt-unsafe)
    sent_ += static_cast<std::size_t>(count);
  }
  out_.clear();
  sent_ = 0;
  return {};
}

base::Result<void> Publisher::receive() {
  std::array<char, std::size_t{64} << 10U> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): recv fills it
  const auto got = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return {};
  if (got <= 0) return base::fail("publishing: the connection was closed");
  in_.append(buffer.data(), static_cast<std::size_t>(got));
  std::string_view rest = in_;
  const auto answers = wire_->take_answers(rest);
  if (!answers) return tl::unexpected(answers.error());
  unanswered_ -= *answers;
  in_.erase(0, in_.size() - rest.size());
  return {};
}

}  // namespace freshet::loadtest
