// One suite for all backplanes: the hub must not be able to tell them apart.

#include "broker/backplane.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "broker/memory_backplane.h"
#include "redis/redis_backplane.h"
#include "support/redis_server.h"
#include "unit/redis/recorder.h"
#include "unit/uv/support.h"

using namespace freshet;
using namespace std::chrono_literals;
using broker::Id;
using broker::Publication;
using broker::PublishResult;
using Kind = broker::PublishError::Kind;
using Events = std::vector<std::string>;

namespace {

constexpr std::uint64_t kRing = 5;
constexpr std::uint64_t kMaxBytes = 1000;

struct Memory {
  explicit Memory(uv::Loop& loop) {
    broker::Dataset::Options options;
    options.ring = kRing;
    options.max_bytes = kMaxBytes;
    options.ttl_us = 3'600'000'000;
    backplane = std::make_unique<broker::MemoryBackplane>(loop, options, "epoch");
  }
  std::unique_ptr<broker::Backplane> backplane;
};

struct Redis {
  explicit Redis(uv::Loop& loop) {
    redis::RedisBackplane::Options options;
    options.address = server.address();
    options.prefix = "test:";
    options.instance = "me";
    options.ring = kRing;
    options.max_bytes = kMaxBytes;
    backplane = std::make_unique<redis::RedisBackplane>(loop, options, [](redis::Level, const std::string&) {});
  }
  test::RedisServer server;
  std::unique_ptr<broker::Backplane> backplane;
};

template <class Which>
struct Suite {
  Suite() {
    backplane().start(seen);
    REQUIRE(wait([this] { return seen.both_up(); }));
    call([this] { backplane().sync(0, ""); });
    REQUIRE(wait([this] { return seen.syncs.size() == 1; }));
    mark(1000);  // what comes before it belongs to the beginning: the first fence
    seen.events.clear();
    seen.fences.clear();
    seen.marks.clear();
  }
  ~Suite() { CHECK_FALSE(seen.called_back_inside); }

  broker::Backplane& backplane() { return *which.backplane; }
  bool wait(const std::function<bool()>& done) { return test::run_until(loop, done); }

  template <class Action>
  void call(Action action) {
    seen.calling = true;
    action();
    seen.calling = false;
  }
  void subscribe(const std::vector<std::string_view>& channels) {
    call([&] { backplane().subscribe(channels); });
    const auto all = [&] {
      return std::all_of(channels.begin(), channels.end(),
                         [&](auto channel) { return seen.count("confirmed " + std::string(channel)) > 0; });
    };
    REQUIRE(wait(all));
  }
  PublishResult publish(Publication publication) {
    std::optional<PublishResult> result;
    call([&] { backplane().publish(std::move(publication), [&](PublishResult taken) { result = std::move(taken); }); });
    CHECK_FALSE(result);
    REQUIRE(wait([&] { return result.has_value(); }));
    return *result;
  }
  Id publish(std::string channel, std::string data) {
    Publication publication;
    publication.channel = std::move(channel);
    publication.data = std::move(data);
    const auto id = publish(std::move(publication));
    REQUIRE(id);
    return *id;
  }
  broker::PublishError refusal(Publication publication) {
    const auto result = publish(std::move(publication));
    REQUIRE_FALSE(result);
    CHECK_FALSE(result.error().message.empty());
    return result.error();
  }
  broker::DatasetClock mark(std::uint64_t nonce) {
    call([&] { backplane().mark(nonce); });
    REQUIRE(wait([&] { return seen.count("mark " + std::to_string(nonce)) > 0; }));
    return seen.marks.back();
  }
  test::Recorder::Read read(const std::string& channel) {
    const auto before = seen.reads.size();
    call([&] { backplane().read_history(channel); });
    REQUIRE(wait([&] { return seen.reads.size() > before; }));
    return seen.reads.back();
  }

  uv::Loop loop;
  test::Recorder seen;
  Which which{loop};
};

broker::Record record(const std::string& bytes) {
  const auto decoded = broker::decode_record(bytes);
  REQUIRE(decoded);
  return *decoded;
}

}  // namespace

TEMPLATE_TEST_CASE_METHOD(Suite, "A backplane that is up has no trouble", "", Memory, Redis) {
  CHECK(this->backplane().trouble().empty());
  CHECK(this->seen.syncs[0].ring == kRing);
  CHECK(this->seen.syncs[0].max_bytes == kMaxBytes);
  CHECK(this->seen.syncs[0].ttl == 3'600'000'000);
  CHECK(this->seen.syncs[0].floor > 0);
  CHECK(this->seen.syncs[0].holes.empty());
}

TEMPLATE_TEST_CASE_METHOD(Suite, "Only what was subscribed arrives, in order, as it stands in the ring", "", Memory,
                          Redis) {
  this->publish("a", "before");
  this->subscribe({"a", "b"});
  const Id first = this->publish("a", "one");
  this->publish("other", "x");
  const Id second = this->publish("b", std::string("t\nw\0o", 5));
  const Id third = this->publish("a", "");
  REQUIRE(this->wait([&] { return this->seen.messages.size() == 3; }));
  CHECK(this->seen.events == Events{"confirmed a", "confirmed b", "message a", "message b", "message a"});
  CHECK(first < second);
  CHECK(second < third);
  const auto last = record(this->seen.messages[2]);
  CHECK(last.id == third);
  CHECK(last.prev == first);
  CHECK(last.data.empty());
  CHECK(record(this->seen.messages[1]).data == std::string("t\nw\0o", 5));
  CHECK(this->read("a").records[0] == this->seen.messages[2]);
}

TEMPLATE_TEST_CASE_METHOD(Suite, "Each subscription of a channel is confirmed once", "", Memory, Redis) {
  this->subscribe({"a"});
  this->call([&] { this->backplane().unsubscribe({"a"}); });
  this->call([&] { this->backplane().subscribe({"a"}); });
  REQUIRE(this->wait([&] { return this->seen.count("confirmed a") == 2; }));
  this->publish("a", "x");
  REQUIRE(this->wait([&] { return !this->seen.messages.empty(); }));
  CHECK(this->seen.count("confirmed a") == 2);
  CHECK(this->seen.messages.size() == 1);
}

TEMPLATE_TEST_CASE_METHOD(Suite, "Very many channels are subscribed at once", "", Memory, Redis) {
  std::vector<std::string> names;
  for (int i = 0; i < 1201; ++i) names.push_back("channel:" + std::to_string(i));
  this->subscribe({names.begin(), names.end()});
  CHECK(this->seen.events.size() == names.size());
  this->publish("channel:1200", "x");
  REQUIRE(this->wait([&] { return this->seen.messages.size() == 1; }));
}

TEMPLATE_TEST_CASE_METHOD(Suite, "Nothing comes after an unsubscription", "", Memory, Redis) {
  this->subscribe({"a", "b"});
  this->call([&] { this->backplane().unsubscribe({"a"}); });
  this->mark(1);  // the links are not ordered with each other: give the unsubscription time to arrive
  this->publish("a", "x");
  this->publish("b", "y");
  REQUIRE(this->wait([&] { return this->seen.count("message b") == 1; }));
  CHECK(this->seen.count("message a") == 0);
}

TEMPLATE_TEST_CASE_METHOD(Suite, "A mark cuts the messages at the clock that it tells", "", Memory, Redis) {
  this->subscribe({"a"});
  this->call([&] {
    for (std::uint64_t i = 1; i <= 20; ++i) {
      Publication publication;
      publication.channel = "a";
      this->backplane().publish(publication, [](const PublishResult&) {});
      this->backplane().mark(i);
    }
  });
  REQUIRE(this->wait([&] { return this->seen.marks.size() == 20 && this->seen.messages.size() == 20; }));
  std::size_t messages = 0;
  std::size_t marks = 0;
  Id cut = 0;
  for (const auto& event : this->seen.events) {
    if (event == "message a") {
      const auto id = record(this->seen.messages[messages++]).id;
      CHECK(id > cut);
    } else if (event.starts_with("mark ")) {
      CHECK(event == "mark " + std::to_string(marks + 1));
      cut = this->seen.marks[marks++].last;
      CHECK(cut >= record(this->seen.messages[messages - 1]).id);
    }
  }
  CHECK(marks == 20);
}

TEMPLATE_TEST_CASE_METHOD(Suite, "A mark moves an idle clock forward", "", Memory, Redis) {
  const auto first = this->mark(7);
  const auto second = this->mark(8);
  CHECK(second.last >= first.last);
  CHECK(second.floor == first.floor);
  CHECK(second.epoch == first.epoch);
}

TEMPLATE_TEST_CASE_METHOD(Suite, "A history is the ring, newest first, with the clock's state", "", Memory, Redis) {
  this->subscribe({"a"});
  for (int i = 0; i < 7; ++i) this->publish("a", std::to_string(i) + std::string("\r\n\0\xff", 4));
  REQUIRE(this->wait([&] { return this->seen.messages.size() == 7; }));
  const auto clock = this->mark(1);
  const auto history = this->read("a");
  CHECK(history.channel == "a");
  CHECK(history.readable);
  CHECK(history.floor == clock.floor);
  CHECK(history.epoch == clock.epoch);
  CHECK(history.now >= clock.now);
  CHECK(history.records == std::vector<std::string>(this->seen.messages.rbegin(), this->seen.messages.rbegin() + 5));
}

TEMPLATE_TEST_CASE_METHOD(Suite, "Histories come in the order in which they were asked for", "", Memory, Redis) {
  this->publish("a", "x");
  this->call([&] {
    for (const auto* channel : {"b", "a", "b"}) this->backplane().read_history(channel);
  });
  REQUIRE(this->wait([&] { return this->seen.reads.size() == 3; }));
  CHECK(this->seen.events == Events{"history b", "history a", "history b"});
  CHECK(this->seen.reads[0].records.empty());
  CHECK(this->seen.reads[1].records.size() == 1);
}

TEMPLATE_TEST_CASE_METHOD(Suite, "A live event has no id and leaves nothing behind", "", Memory, Redis) {
  this->subscribe({"a"});
  Publication publication;
  publication.channel = "a";
  publication.data = "typing";
  publication.event = "hint";
  publication.live = true;
  CHECK(this->publish(publication).value() == 0);
  REQUIRE(this->wait([&] { return this->seen.messages.size() == 1; }));
  const auto sent = record(this->seen.messages[0]);
  CHECK(sent.id == 0);
  CHECK(sent.event == "hint");
  CHECK(sent.data == "typing");
  CHECK(this->read("a").records.empty());
}

TEMPLATE_TEST_CASE_METHOD(Suite, "The same key is the same event", "", Memory, Redis) {
  this->subscribe({"a", "b"});
  Publication publication;
  publication.channel = "a";
  publication.key = "order 9";
  const auto first = this->publish(publication);
  CHECK(this->publish(publication).value() == first.value());
  publication.channel = "b";
  CHECK(this->publish(publication).value() > first.value());
  this->mark(1);
  CHECK(this->seen.messages.size() == 2);
}

TEMPLATE_TEST_CASE_METHOD(Suite, "A publication's own ring bounds its channel", "", Memory, Redis) {
  Publication publication;
  publication.channel = "a";
  publication.ring = 2;
  publication.ttl = 7200s;
  for (int i = 0; i < 4; ++i) REQUIRE(this->publish(publication));
  CHECK(this->read("a").records.size() == 2);
}

TEMPLATE_TEST_CASE_METHOD(Suite, "What a publisher gets wrong is told apart, and nothing is written", "", Memory,
                          Redis) {
  const auto with = [](auto change) {
    Publication publication;
    publication.channel = "a";
    change(publication);
    return publication;
  };
  CHECK(this->refusal(with([](auto& p) { p.channel = ""; })).kind == Kind::kInvalid);
  CHECK(this->refusal(with([](auto& p) { p.channel = "no spaces"; })).kind == Kind::kInvalid);
  CHECK(this->refusal(with([](auto& p) { p.channel = std::string(201, 'x'); })).kind == Kind::kInvalid);
  CHECK(this->refusal(with([](auto& p) { p.event = "stream-reset"; })).kind == Kind::kInvalid);
  CHECK(this->refusal(with([](auto& p) { p.event = "a|b"; })).kind == Kind::kInvalid);
  CHECK(this->refusal(with([](auto& p) { p.key = std::string(513, 'k'); })).kind == Kind::kInvalid);
  CHECK(this->refusal(with([](auto& p) { p.ring = 0; })).kind == Kind::kInvalid);
  CHECK(this->refusal(with([](auto& p) { p.ttl = 0s; })).kind == Kind::kInvalid);
  CHECK(this->refusal(with([](auto& p) { p.ttl = -1500ms; })).kind == Kind::kInvalid);
  CHECK(this->refusal(with([](auto& p) { p.ttl = 60s; })).kind == Kind::kInvalid);
  CHECK(this->refusal(with([](auto& p) { p.live = true, p.key = "k"; })).kind == Kind::kInvalid);
  CHECK(this->refusal(with([](auto& p) { p.data = std::string(kMaxBytes + 1, 'x'); })).kind == Kind::kTooLarge);
  CHECK(this->read("a").records.empty());
  CHECK(this->publish(with([](auto& p) { p.data = std::string(kMaxBytes, 'x'); })));
}

TEMPLATE_TEST_CASE_METHOD(Suite, "Evidence within the clock moves nothing", "", Memory, Redis) {
  const auto before = this->mark(1);
  this->call([&] { this->backplane().sync(before.last, before.epoch); });
  REQUIRE(this->wait([&] { return this->seen.syncs.size() == 2; }));
  CHECK(this->seen.syncs[1].floor == before.floor);
  CHECK(this->mark(2).floor == before.floor);
  CHECK(this->seen.fences.empty());
}

TEMPLATE_TEST_CASE_METHOD(Suite, "Evidence beyond the clock raises the floor, and everyone is told", "", Memory,
                          Redis) {
  const auto before = this->mark(1);
  const Id beyond = before.last + 60'000'000;
  this->call([&] { this->backplane().sync(beyond, before.epoch); });
  REQUIRE(this->wait([&] { return this->seen.syncs.size() == 2 && this->seen.fences.size() == 1; }));
  const Id floor = this->seen.syncs[1].floor;
  CHECK(floor > beyond + 10'000'000);  // what was given out beyond it must not come again
  CHECK(this->seen.fences[0] == floor);
  CHECK(this->publish("a", "x") > floor);
}

TEMPLATE_TEST_CASE_METHOD(Suite, "Evidence of a life that nobody knows raises the floor", "", Memory, Redis) {
  const auto before = this->mark(1);
  this->call([&] { this->backplane().sync(before.last, "anotherlife"); });
  REQUIRE(this->wait([&] { return this->seen.syncs.size() == 2; }));
  CHECK(this->seen.syncs[1].floor > before.last);
}
