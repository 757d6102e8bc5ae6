#include "broker/channel_log.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using freshet::broker::ChannelLog;
using freshet::broker::Id;
using freshet::sse::Frame;
using freshet::sse::ResetReason;

namespace {

ChannelLog::Entry entry(Id id) { return {id, Frame::encode({id, {}, "x"})}; }

std::vector<Id> ids(std::span<const ChannelLog::Entry> entries) {
  std::vector<Id> result;
  for (const auto& each : entries) result.push_back(each.id);
  return result;
}

ChannelLog log_of(Id base, const std::vector<Id>& entries) {
  ChannelLog log;
  log.start(base);
  for (const auto id : entries) log.append(id, entry(id).frame);
  return log;
}

}  // namespace

TEST_CASE("A log is complete above where it began") {
  const auto log = log_of(10, {11, 15, 20});
  CHECK(log.base() == 10);
  CHECK(log.size() == 3);
  CHECK(ids(log.entries()) == std::vector<Id>{11, 15, 20});
}

TEST_CASE("The entries above an id begin with the first one beyond it") {
  const auto log = log_of(10, {11, 15, 20});
  CHECK(ids(log.above(10)) == std::vector<Id>{11, 15, 20});
  CHECK(ids(log.above(11)) == std::vector<Id>{15, 20});
  CHECK(ids(log.above(12)) == std::vector<Id>{15, 20});
  CHECK(log.above(20).empty());
  CHECK(ChannelLog().above(0).empty());
}

TEST_CASE("Trimming drops the oldest and raises the base to the last one dropped") {
  auto log = log_of(10, {11, 15, 20});
  log.trim(3);
  CHECK(log.base() == 10);
  log.trim(2);
  CHECK(log.base() == 11);
  CHECK(log.reason() == ResetReason::kTrimmed);
  CHECK(ids(log.above(0)) == std::vector<Id>{15, 20});
  log.append(30, entry(30).frame);
  log.trim(1);
  CHECK(log.base() == 20);
  CHECK(ids(log.entries()) == std::vector<Id>{30});
  log.trim(0);
  CHECK(log.base() == 30);
  CHECK(log.size_bytes() == 0);
}

TEST_CASE("A merge replaces everything up to the read's mark, and keeps what came later") {
  auto log = log_of(20, {25, 30});
  log.merge({entry(5), entry(12), entry(20)}, 20, 3, ResetReason::kExpired);
  CHECK(log.base() == 3);
  CHECK(log.reason() == ResetReason::kExpired);
  CHECK(ids(log.entries()) == std::vector<Id>{5, 12, 20, 25, 30});

  log.merge({entry(20), entry(25)}, 25, 12, ResetReason::kTrimmed);
  CHECK(ids(log.entries()) == std::vector<Id>{20, 25, 30});
}

TEST_CASE("A merge after a trim does not bring the trimmed ones back") {
  auto log = log_of(10, {11, 15, 20, 25});
  log.trim(3);
  log.merge({}, 15, 15, ResetReason::kTrimmed);
  CHECK(ids(log.entries()) == std::vector<Id>{20, 25});
}

TEST_CASE("Trimming entries that lie below the base leaves the base alone") {
  auto log = log_of(20, {});
  log.merge({entry(5), entry(12)}, 20, 15, ResetReason::kHistoryLost);
  log.trim(0);
  CHECK(log.base() == 15);
  CHECK(log.reason() == ResetReason::kHistoryLost);
}

TEST_CASE("The size in bytes is that of the entries held, however it came about") {
  auto log = log_of(10, {11, 15, 20});
  const auto three = log.size_bytes();
  CHECK(three >= 3 * (sizeof(ChannelLog::Entry) + entry(11).frame->size_bytes()));
  log.trim(1);
  const auto one = log.size_bytes();
  CHECK(one < three);
  log.merge({entry(11), entry(15)}, 15, 10, ResetReason::kTrimmed);
  CHECK(log.size_bytes() == three);
  log.clear();
  CHECK(log.size_bytes() == 0);
  CHECK(log.size() == 0);
  CHECK(log.base() == 0);
}

TEST_CASE("Frames that were trimmed are let go of") {
  ChannelLog log;
  log.start(0);
  for (Id id = 1001; id <= 2000; ++id) {
    log.append(id, entry(id).frame);
    log.trim(4);
  }
  CHECK(ids(log.entries()) == std::vector<Id>{1997, 1998, 1999, 2000});
  CHECK(log.size_bytes() == 4 * (sizeof(ChannelLog::Entry) + entry(2000).frame->size_bytes()));
}
