#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "redis/link.h"
#include "redis/primary_choice.h"
#include "redis/sentinel_news.h"

namespace freshet::redis {

/// What one sentinel knows of one primary, asked each second and whenever it says that something has happened. Two
/// connections, which come back by themselves. Owned by the watch.
class SentinelLink final : private Link::User {
 public:
  struct Options {
    Link::Options asking;
    Link::Options listening;
    std::string master;  ///< the primary's name
  };

  /// `changed` is called from the loop after each answer and when there is none any more. Loop outlives the link.
  SentinelLink(uv::Loop& loop, Options options, Log log, std::function<void()> changed);
  virtual ~SentinelLink() = default;

  void start();
  /// None while it cannot be reached or does not know the primary.
  [[nodiscard]] const std::optional<SentinelAnswer>& answer() const { return answer_; }
  /// Whether it has answered or failed to since the start, or since that was forgotten.
  [[nodiscard]] bool was_heard() const { return was_heard_; }
  void forget_heard() { was_heard_ = false; }
  /// Whether it is there at all.
  [[nodiscard]] bool reachable() const { return reachable_; }
  /// Why there is no answer: `10.0.0.1:26379: Connection refused`.
  [[nodiscard]] std::string trouble() const;

 private:
  void on_connected() override;
  void on_push(Value reply) override;
  void on_batch_begin() override {}
  void on_batch_end() override {}
  void on_lost(bool was_up) override;
  void ask();
  void judge_state(Value reply);
  void judge_address(Value reply);
  void conclude(std::optional<SentinelAnswer> answer);

  uv::Loop& loop_;
  std::string address_;
  std::string master_;
  std::function<void()> changed_;
  std::optional<SentinelAnswer> answer_;
  bool was_heard_ = false;
  bool reachable_ = false;
  bool asking_ = false;
  bool ask_again_ = false;
  bool unknown_ = false;                ///< the sentinel does not know the primary
  std::optional<std::uint64_t> epoch_;  ///< of the answer that is coming in
  std::unique_ptr<base::Timer> poll_;
  Link link_;
  SentinelNews news_;
};

}  // namespace freshet::redis
