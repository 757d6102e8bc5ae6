#include "ctl/watch.h"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

#include "ctl/exit_codes.h"
#include "ctl/http_stream.h"
#include "ctl/quantity.h"
#include "ctl/signal_fd.h"
#include "ctl/sse_parser.h"
#include "ctl/stream_facts.h"
#include "ctl/text.h"
#include "ctl/watch_format.h"
#include "ctl/watch_rules.h"

namespace freshet::ctl {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongWait{60'000};
/// For the rest of an answer that is no stream.
constexpr milliseconds kRestOfAnswer{3000};

/// No id, but all that is kept; known in the query only.
constexpr std::string_view kEarliest = "earliest";

/// Operators see every channel, clients those of their token: what one was told is nothing to the other.
enum class SourceKind : std::uint8_t { kOperations, kPublic };

/// Where the stream may come from.
struct Source {
  SourceKind kind = SourceKind::kPublic;
  Endpoint endpoint;
  std::vector<std::string> headers;
  bool direct = true;  ///< not through the environment's proxy, which is for the URL of a client only
};

/// Follows the stream over its reconnects.
class Watcher {
 public:
  Watcher(const WatchOptions& options, bool json, const Output& output, std::vector<Source> sources)
      : options_(options),
        json_(json),
        output_(output.until(signals_)),
        sources_(std::move(sources)),
        comeback_(std::random_device()()),
        parser_([this](const SseEvent& event) { show(event); }) {
    if (options.last_event_id != kEarliest) parser_.set_last_event_id(options.last_event_id);
  }

  int run() {
    while (!exit_code_) {
      follow();
      if (exit_code_) break;
      const auto delay = comeback_.delay(parser_.retry());
      report("lost", ending_ + "; again in " + short_time(std::chrono::duration<double>(delay).count()));
      if (!exit_code_ && signals_.raised_within(delay)) exit_code_ = kExitOk;
    }
    return *exit_code_;
  }

 private:
  /// One connection, from its beginning to its end.
  void follow() {
    parser_.reset();
    HttpStream stream(request());
    bool judged = false;
    for (;;) {
      if (!judged && stream.has_head()) {
        judged = true;
        const auto answer = judge_answer(stream.head(), was_open_);
        if (answer == StreamAnswer::kFinal) return give_up(stream);
        ending_ = describe(stream.head(), {});
        if (answer == StreamAnswer::kComeBack) return;
        if (!std::exchange(was_open_, true) || sources_.size() > 1) report("open", source().endpoint.name);
        comeback_.opened();
        ending_ = "the stream ended";
      }
      if (judged && !parser_.feed(stream.take_body())) {
        ending_ = "an event is too large";
        exit_code_ = kExitFailed;
        output_.complain(ending_);
      }
      if (exit_code_) return;
      if (stream.ended()) break;
      stream.wait(kLongWait, signals_.fd());
      if (signals_.raised()) exit_code_ = kExitOk;
      if (exit_code_) return;
    }
    const auto failure = stream.failure();
    if (!failure) return;
    ending_ = source().endpoint.name + ": " + (judged ? failure->message : why_silent(source().endpoint, *failure));
    if (failure->unreached || !judged) try_next();
  }

  HttpRequest request() const {
    HttpRequest request;
    const auto& endpoint = source().endpoint;
    const bool begins = parser_.last_event_id().empty() && options_.last_event_id == kEarliest;
    request.url = stream_url(endpoint, options_.channels) + (begins ? "&last_event_id=earliest" : "");
    request.unix_socket = endpoint.unix_socket;
    request.headers = source().headers;
    request.headers.emplace_back("Accept: text/event-stream");
    if (!parser_.last_event_id().empty()) request.headers.push_back("Last-Event-ID: " + parser_.last_event_id());
    request.timeout = milliseconds(0);
    request.insecure = options_.insecure;
    request.direct = source().direct;
    return request;
  }

  /// The source could not be reached: the next one is tried at once, as long as none has ever been. Once a stream has
  /// been open, only those of its kind count.
  void try_next() {
    failures_ += (failures_.empty() ? "" : "; ") + ending_;
    const auto kind = source().kind;
    do {
      source_ = (source_ + 1) % sources_.size();
    } while (was_open_ && source().kind != kind);
    if (was_open_) {
      failures_.clear();
    } else if (source_ == 0) {
      output_.complain(failures_);
      exit_code_ = kExitUnavailable;
    } else {
      follow();
    }
  }

  void give_up(HttpStream& stream) {
    for (auto waited = milliseconds(0); !stream.ended() && waited < kRestOfAnswer; waited += milliseconds(100)) {
      if (signals_.raised()) break;
      stream.wait(milliseconds(100), signals_.fd());
    }
    const auto& head = stream.head();
    const auto& name = source().endpoint.name;
    if (head.status == 204) {
      output_.complain(name + ": 204: told not to come back (the user was disconnected for a time)");
    } else if (head.status == 200) {
      output_.complain(name + ": no event stream, but '" + one_line(head.media_type(), 80) + '\'');
    } else {
      output_.complain(name + ": " + describe(head, stream.take_body()));
    }
    exit_code_ = kExitFailed;
  }

  void show(const SseEvent& event) {
    if (exit_code_) return;
    const bool control = is_control(event);
    if (control && !json_) return output_.tell(control_line(event, output_));
    exit_code_ = output_.print(json_ ? event_json(event) : event_line(event, output_));
    shown_ += control ? 0 : 1;
    if (!exit_code_ && options_.count != 0 && shown_ == options_.count) exit_code_ = kExitOk;
  }

  void report(std::string_view state, const std::string& detail) {
    if (json_) {
      exit_code_ = output_.print(connection_json(state, detail));
    } else {
      output_.tell(output_.paint_aside(Colour::kDim, "* " + std::string(state) + ": " + detail));
    }
  }

  [[nodiscard]] const Source& source() const { return sources_[source_]; }

  const WatchOptions& options_;
  bool json_;
  SignalFd signals_;
  Output output_;
  std::vector<Source> sources_;
  Comeback comeback_;
  SseParser parser_;
  std::size_t source_ = 0;
  bool was_open_ = false;
  std::string ending_;
  std::string failures_;
  std::uint64_t shown_ = 0;
  std::optional<int> exit_code_;
};

/// As a client: the named URL, or the public listeners of this machine.
base::Result<std::vector<Source>> public_sources(const WatchOptions& options, const Settings& settings) {
  auto headers = authorization(options.token_file);
  if (!headers) return tl::unexpected(headers.error());
  for (const auto& header : options.headers) {
    if (header.find(':') == std::string::npos || header.find_first_of("\r\n") != std::string::npos) {
      return base::fail("--header '" + one_line(header, 80) + "' is not of the form NAME: VALUE");
    }
    headers->push_back(header);
  }
  std::vector<Endpoint> endpoints;
  if (options.url.empty()) {
    endpoints = find_public_listeners(settings);
  } else if (auto endpoint = parse_endpoint(options.url)) {
    endpoints.push_back(std::move(*endpoint));
  } else {
    return tl::unexpected(endpoint.error().at("--url"));
  }
  std::vector<Source> sources;
  sources.reserve(endpoints.size());
  for (auto& endpoint : endpoints)
    sources.push_back({SourceKind::kPublic, std::move(endpoint), *headers, options.url.empty()});
  return sources;
}

}  // namespace

int watch(const WatchOptions& options, const CommonOptions& common, const Output& output) {
  const auto reach = reach_ops(options.ops, common, output);
  if (!reach) return reach.error();
  auto found = public_sources(options, reach->settings);
  if (!found) {
    output.complain(found.error().message);
    return kExitUsage;
  }
  const bool as_client = !options.url.empty() || !options.token_file.empty() || !options.headers.empty();
  std::vector<Source> sources;
  if (!as_client) {
    for (const auto& listener : reach->listeners)
      sources.push_back({SourceKind::kOperations, listener, reach->headers, true});
  }
  if (options.ops.addresses.empty()) {
    for (auto& source : *found) sources.push_back(std::move(source));
  }
  if (sources.empty()) {
    output.complain("no listener is found on this machine: name one with --url or --ops");
    return kExitUnavailable;
  }
  return Watcher(options, common.json, output, std::move(sources)).run();
}

}  // namespace freshet::ctl
