#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "broker/hub.h"
#include "support/manual_clock.h"
#include "support/recording_sink.h"
#include "support/scripted_backplane.h"

namespace freshet::test {

using broker::Cursor;
using broker::Hub;
using broker::Id;
using Frames = std::vector<std::string>;

/// A hub between a scripted backplane and recording sinks, on a clock that stands still.
struct HubFixture {
  explicit HubFixture(const Hub::Options& options = {}) : hub(clock, backplane, options) {
    hub.start();
    backplane.connect();
    backplane.settle();
  }

  [[nodiscard]] std::unique_ptr<broker::Subscription> open(const std::vector<std::string>& channels,
                                                           Cursor cursor = {}) {
    return hub.subscribe(channels, cursor, sink);
  }
  /// A stream that is live, its opening taken.
  [[nodiscard]] std::unique_ptr<broker::Subscription> live(const std::vector<std::string>& channels) {
    auto stream = open(channels);
    backplane.settle();
    sink.take();
    return stream;
  }
  /// A stream on a channel that is new to the hub, whose ring is being read: the answer waits.
  [[nodiscard]] std::unique_ptr<broker::Subscription> reading(const std::string& channel, Cursor cursor) {
    auto stream = open({channel}, cursor);
    backplane.confirm();
    backplane.deliver_mark();
    REQUIRE(backplane.reads.size() == 1);
    return stream;
  }
  [[nodiscard]] int reads(const std::string& channel) { return backplane.reads_sent[channel]; }
  /// The hub's clock and the server's move on alike, in steps of a second, with every probe answered.
  void pass(std::chrono::seconds span) {
    for (auto second = span; second.count() > 0; --second) {
      backplane.pass(ScriptedBackplane::kSecond);
      clock.advance(std::chrono::seconds(1));
      backplane.settle();
    }
  }

  ManualClock clock;
  ScriptedBackplane backplane;
  Hub hub;
  RecordingSink sink;
};

inline Cursor after(Id id) { return {Cursor::Kind::kAt, id}; }

inline std::string event(Id id, const std::string& data) {
  return "id: " + std::to_string(id) + "\ndata: " + data + "\n\n";
}
inline std::string cursor_event(Id id, const std::string& resume) {
  return "id: " + std::to_string(id) + "\nevent: stream-cursor\ndata: {\"resume\":\"" + resume + "\"}\n\n";
}
/// `channels` as they stand in JSON: `"a","b"`.
inline std::string reset_event(Id id, const std::string& reason, const std::string& channels) {
  return "id: " + std::to_string(id) + "\nevent: stream-reset\ndata: {\"reason\":\"" + reason + "\",\"channels\":[" +
         channels + "]}\n\n";
}

}  // namespace freshet::test
