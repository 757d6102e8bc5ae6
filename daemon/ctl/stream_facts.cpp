#include "ctl/stream_facts.h"

#include <algorithm>
#include <utility>

#include "ctl/http_stream.h"

namespace freshet::ctl {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// A stream's first bytes leave the daemon with its head. What takes longer is held back somewhere.
constexpr milliseconds kBeginning{3000};
constexpr milliseconds kStep{100};
/// What is kept of a stream that was opened to look at it.
constexpr std::size_t kMaxFirstBytes = 4096;
constexpr std::string_view kOpening = "event: stream-";

milliseconds since(Clock::time_point start) { return std::chrono::duration_cast<milliseconds>(Clock::now() - start); }

HttpRequest request_to(const StreamProbe& probe, std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  request.unix_socket = probe.endpoint.unix_socket;
  request.headers = probe.headers;
  request.insecure = probe.insecure;
  request.timeout = kBeginning;
  return request;
}

/// Looks at one stream, from its opening to the end of what is waited for.
class Observer {
 public:
  Observer(const StreamProbe& probe, StreamFacts& facts) : probe_(probe), facts_(facts), stream_(request()) {}

  void observe() {
    facts_.until_first_bytes = wait_for(kBeginning, [] { return true; });
    if (facts_.until_first_bytes && stream_.head().status == 200) {
      // The opening event may come a moment after the first bytes.
      if (!facts_.opened) wait_for(kBeginning / 3, [this] { return facts_.opened; });
      look_for_event();
      if (probe_.heartbeat) facts_.until_heartbeat = wait_for(*probe_.heartbeat, [] { return true; });
    }
    facts_.has_head = stream_.has_head();
    facts_.head = stream_.head();
    facts_.failure = stream_.failure();
    facts_.ended = stream_.ended();
  }

 private:
  HttpRequest request() {
    auto request = request_to(probe_, facts_.url);
    request.timeout = milliseconds(0);
    request.headers.emplace_back("Accept: text/event-stream");
    // As browsers do: a proxy that compresses shows itself.
    request.headers.emplace_back("Accept-Encoding: gzip, deflate, br");
    if (!probe_.origin.empty()) request.headers.push_back("Origin: " + probe_.origin);
    return request;
  }

  void look_for_event() {
    if (!probe_.publish || !facts_.opened || !probe_.publish()) return;
    facts_.published = true;
    facts_.until_event = wait_for(kBeginning, [this] { return came_through_; });
  }

  /// How long it took until more had come and this was true.
  template <class Condition>
  std::optional<milliseconds> wait_for(milliseconds longest, const Condition& condition) {
    const auto start = Clock::now();
    while (!stream_.ended() && since(start) < longest) {
      stream_.wait(std::min(kStep, longest));
      const auto body = stream_.take_body();
      take(body);
      if (!body.empty() && condition()) return since(start);
    }
    return std::nullopt;
  }

  /// Looks for what is waited for. What comes before it may be longer than what is kept (streams.padding), and it may
  /// come in pieces.
  void take(std::string_view body) {
    facts_.first_bytes += body.substr(0, kMaxFirstBytes - std::min(kMaxFirstBytes, facts_.first_bytes.size()));
    tail_ += body;
    facts_.opened = facts_.opened || tail_.find(kOpening) != std::string::npos;
    came_through_ = came_through_ || tail_.find(event_) != std::string::npos;
    const auto longest = std::max(kOpening.size(), event_.size()) - 1;
    if (tail_.size() > longest) tail_.erase(0, tail_.size() - longest);
  }

  const StreamProbe& probe_;
  StreamFacts& facts_;
  HttpStream stream_;
  const std::string event_ = std::string("event: ") + kProbeEvent;
  std::string tail_;  ///< in which the beginning of one of the two may lie
  bool came_through_ = false;
};

}  // namespace

std::string stream_url(const Endpoint& endpoint, const std::vector<std::string>& channels) {
  Query query(endpoint.query);
  for (const auto& channel : channels) query.add("channel", channel);
  return endpoint.url(endpoint.has_path() ? "" : "/events") + query.text();
}

bool StreamProbe::opens_own_channel() const {
  return endpoint.query.empty() && channel.find(kProbeEvent) != std::string::npos;
}

StreamFacts look_at_stream(const StreamProbe& probe) {
  StreamFacts facts;
  std::vector<std::string> channels;
  if (probe.endpoint.query.empty()) channels.push_back(probe.channel);
  facts.url = stream_url(probe.endpoint, channels);
  Observer(probe, facts).observe();
  if (!facts.has_head) return facts;

  auto bare = probe.endpoint;
  bare.query.clear();
  auto impossible = request_to(probe, stream_url(bare, {"not a channel"}));
  impossible.headers.emplace_back("Accept: text/event-stream");
  if (auto reply = fetch(std::move(impossible))) facts.refusal = std::move(*reply);
  if (!probe.origin.empty()) {
    auto preflight = request_to(probe, facts.url);
    preflight.method = "OPTIONS";
    preflight.headers = {"Origin: " + probe.origin, "Access-Control-Request-Method: GET",
                         "Access-Control-Request-Headers: authorization, last-event-id"};
    if (auto reply = fetch(std::move(preflight))) facts.preflight = std::move(*reply);
  }
  return facts;
}

}  // namespace freshet::ctl
