#include "loadtest/worker.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <sys/socket.h>

#include "loadtest/payload.h"

namespace freshet::loadtest {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10U;
constexpr std::size_t kEventsPerTurn = 256;
constexpr std::size_t kOpensPerTurn = 32;
constexpr std::int64_t kReturnAfterNs = 100'000'000;
constexpr int kStalledReceiveBuffer = 4096;
constexpr std::int64_t kNsPerMs = 1'000'000;

std::int64_t cpu_ns() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

}  // namespace

Worker::Worker(const Options& options, const ChannelPlan& plan, Shared& shared, std::size_t index, int doorbell)
    : options_(options),
      plan_(plan),
      shared_(shared),
      state_(shared.workers[index]),
      doorbell_(doorbell),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      context_{.state = state_, .shared = shared, .resume = options.resume},
      window_(options.connect_window / options.processes),
      buffer_(kReadBytes) {
  for (auto number = index; number < options.connections; number += options.processes)
    clients_.emplace_back(context_, number, plan.channel_of_client(number), plan.is_stalled(number));
  epoll_event event{};
  event.events = EPOLLIN;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, doorbell_, &event);
}

bool Worker::run() {
  std::array<epoll_event, kEventsPerTurn> events{};
  while (!finished_) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), patience_ms());
    for (int i = 0; i < count; ++i) {
      auto* client = static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (client == nullptr) {
        answer_doorbell();
      } else if (client->is_connected()) {  // an order in the same turn may have closed it
        read(*client);
      }
    }
    churn();
    if (!open_due()) return false;
  }
  return true;
}

int Worker::patience_ms() const {
  if (!to_open_.empty() && context_.awaiting_heads < window_) return 0;
  std::int64_t next = -1;
  if (!to_return_.empty()) next = to_return_.front().at_ns;
  if (churn_every_ns_ > 0) next = next < 0 ? next_churn_ns_ : std::min(next, next_churn_ns_);
  if (next < 0) return -1;
  return static_cast<int>(std::max<std::int64_t>(0, next - now_ns()) / kNsPerMs) + 1;
}

void Worker::answer_doorbell() {
  std::uint64_t rings = 0;
  if (::read(doorbell_, &rings, sizeof(rings)) != sizeof(rings)) return;
  const auto number = shared_.sheet[0].number.load();
  if (number == state_.acknowledged.load()) return;
  obey(shared_.sheet[0].order.load());
  state_.acknowledged.store(number);
}

void Worker::obey(Order order) {
  switch (order) {
    case Order::kNone:
      return;
    case Order::kConnect:
      return open_all();
    case Order::kCheck:
      return begin_to_check();
    case Order::kDrop:
      return drop_all();
    case Order::kReturn:
      context_.returned_ns = now_ns();
      return open_all();
    case Order::kWake:
      return wake_stalled();
    case Order::kCount:
      return count_behind();
    case Order::kSettle:
      state_.cpu_ns = static_cast<std::uint64_t>(cpu_ns() - cpu_at_check_ns_);
      return;
    case Order::kFinish:
      return finish();
  }
}

void Worker::open_all() {
  for (auto& client : clients_) {
    if (context_.returned_ns > 0) client.begin_to_return();
    to_open_.push_back(&client);
  }
}

void Worker::begin_to_check() {
  cpu_at_check_ns_ = cpu_ns();
  context_.checking = true;
  may_be_refused_ = true;
  for (auto& client : clients_) {
    if (client.stalls() && client.is_connected()) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, client.fd(), nullptr);
  }
  if (options_.churn <= 0) return;
  churn_every_ns_ = static_cast<std::int64_t>(1e9 * static_cast<double>(options_.processes) / options_.churn);
  next_churn_ns_ = now_ns() + churn_every_ns_;
}

void Worker::drop_all() {
  to_open_.clear();
  to_return_.clear();
  for (auto& client : clients_) client.close();
}

void Worker::wake_stalled() {
  churn_every_ns_ = 0;
  for (auto& client : clients_) {
    if (!client.stalls() || !client.is_connected()) continue;
    client.time_from(now_ns());
    watch(client);
  }
}

void Worker::count_behind() {
  std::uint64_t behind = 0;
  std::uint64_t reading = 0;
  for (const auto& client : clients_) {
    if (client.lacking() == 0) continue;
    ++behind;
    if (!client.stalls()) ++reading;
  }
  state_.behind = behind;
  state_.reading_behind = reading;
}

// Closes with a reset, so that the kernel keeps no TIME_WAIT sockets that would disturb the next run.
void Worker::finish() {
  std::uint64_t lacking = 0;
  for (auto& client : clients_) {
    lacking += static_cast<std::uint64_t>(client.lacking());
    if (!client.is_connected()) continue;
    const linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    client.close();
  }
  if (context_.checking) state_.missing += lacking;
  finished_ = true;
}

void Worker::churn() {
  if (churn_every_ns_ == 0 || now_ns() < next_churn_ns_) return;
  next_churn_ns_ += churn_every_ns_;
  for (std::size_t tried = 0; tried < clients_.size(); ++tried) {
    auto& client = clients_[next_churned_++ % clients_.size()];
    if (client.stalls() || !client.is_open()) continue;
    client.close();
    to_open_.push_back(&client);
    return;
  }
}

bool Worker::open_due() {
  while (!to_return_.empty() && to_return_.front().at_ns <= now_ns()) {
    to_open_.push_back(to_return_.front().client);
    to_return_.pop_front();
  }
  for (std::size_t opened = 0; opened < kOpensPerTurn && !to_open_.empty() && context_.awaiting_heads < window_;
       ++opened) {
    auto& client = *to_open_.front();
    to_open_.pop_front();
    if (!open(client)) return false;
  }
  return true;
}

// Connecting blocks: on this machine it takes no longer than the handshake itself, as long as the window is smaller
// than the server's backlog.
bool Worker::open(Client& client) {
  const auto& url = options_.urls[client.number() % options_.urls.size()];
  const auto source = options_.addresses > 1 ? static_cast<unsigned>(2 + client.number() % options_.addresses) : 0;
  const auto began = now_ns();
  auto fd = url.endpoint.connect(source, client.stalls() ? kStalledReceiveBuffer : 0);
  if (!fd) {
    if (!may_be_refused_) {
      std::fprintf(stderr, "sseload: cannot connect: %s\n", fd.error().message.c_str());
      return false;
    }
    state_.refused += 1;
    to_return_.push_back({now_ns() + kReturnAfterNs, &client});
    return true;
  }
  const auto request = request_of(client, url);
  client.start(*std::move(fd), began);
  if (::send(client.fd(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    lose(client);
  } else {
    watch(client);
  }
  return true;
}

void Worker::watch(Client& client) const {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &client;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, client.fd(), &event);
}

std::string Worker::request_of(const Client& client, const Url& url) const {
  const auto number = std::to_string(client.number());
  const TemplateValues values{.channel = plan_.name(client.channel()), .client = number, .channel_number = {}};
  std::string request =
      "GET " + fill(url.path, values) + " HTTP/1.1\r\nHost: " + url.host + "\r\nAccept: text/event-stream\r\n";
  for (const auto& header : options_.headers) request += fill(header, values) + "\r\n";
  if (options_.resume && !client.last_id().empty()) request += "Last-Event-ID: " + client.last_id() + "\r\n";
  return request + "\r\n";
}

void Worker::read(Client& client) {
  const auto got = ::recv(client.fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0 || !client.feed({buffer_.data(), static_cast<std::size_t>(got)}, now_ns())) lose(client);
}

void Worker::lose(Client& client) {
  if (client.is_open()) state_.disconnects += 1;
  client.close();
  to_return_.push_back({now_ns() + kReturnAfterNs, &client});
}

}  // namespace freshet::loadtest
