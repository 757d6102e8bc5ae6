#pragma once

#include <functional>
#include <string>

#include "redis/link.h"

namespace freshet::redis {

/// Hears from one sentinel that a primary has moved, the moment it happens. Says nothing itself: whoever listens asks
/// anew, for what is heard may be late or about another primary. Owned by the sentinel's link, which also reports when
/// the sentinel cannot be reached; here only a refusal to be listened to is logged.
class SentinelNews final : private Link::User {
 public:
  SentinelNews(uv::Loop& loop, Link::Options options, Log log, std::function<void()> heard);
  virtual ~SentinelNews() = default;

  void start() { link_.start(); }

 private:
  void on_connected() override;
  void on_push(Value reply) override;
  void on_batch_begin() override {}
  void on_batch_end() override {}
  void on_lost(bool was_up) override;
  void give_up(Value refusal);

  Log log_;
  std::function<void()> heard_;
  std::string refusal_;  ///< the last one in the log
  Link link_;
};

}  // namespace freshet::redis
