#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/keyed_hash.h"
#include "base/token_bucket.h"
#include "broker/backplane.h"
#include "broker/channel_table.h"
#include "broker/counters.h"
#include "broker/evidence.h"
#include "broker/marks.h"
#include "broker/read_queue.h"
#include "broker/run.h"
#include "broker/subscription.h"

namespace freshet::broker {

/// Fans events out to streams and opens, resumes, repairs and pages them exactly: one path for all four, by the rules
/// in docs/resume.md. Knows no socket and no Redis; driven by the backplane's callbacks and one timer.
///
/// The application owns it. The backplane and the clock outlive it; subscriptions do not.
class Hub final : public Backplane::Observer {
 public:
  struct Options {
    /// Recent events kept for each channel; more while a replay needs them.
    std::size_t log_events = 256;
    /// Memory for all logs and the ring reads under way, but for one read and for the logs that a stream waits for.
    std::size_t replay_budget_bytes = std::size_t{64} << 20U;
    base::Duration probe_interval = std::chrono::seconds(1);
    /// How long a channel stays subscribed after its last stream, so that a page reload costs nothing.
    base::Duration linger = std::chrono::seconds(5);
    /// Of the channels' names. With the same key all goes in the same order again, as a simulation wants it.
    base::KeyedHash hash;
  };

  Hub(base::Clock& clock, Backplane& backplane, Options options);
  ~Hub() override;

  /// Starts the backplane and the probe.
  void start();

  /// `channels` are valid names without repeats, at least one. The opening control event and everything after it come
  /// through `sink`, never from inside this call.
  std::unique_ptr<Subscription> subscribe(const std::vector<std::string>& channels, Cursor cursor, Sink& sink);

  /// Empty when every stream gets its events: both links up and the last mark fresh. Otherwise why not.
  [[nodiscard]] std::string trouble() const;
  /// Since a mark last came through the backplane; since the start, if none has.
  [[nodiscard]] base::Duration mark_age() const { return clock_.now() - last_mark_at_; }
  /// What this process knows of a channel that it is subscribed to.
  struct ChannelView {
    std::size_t subscribers = 0;
    Id last_id = 0;  ///< of the newest event that it remembers; 0: none
  };
  [[nodiscard]] ChannelView view(std::string_view channel) const;
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] std::size_t channel_count() const { return channels_.size(); }
  [[nodiscard]] std::size_t log_bytes() const { return log_bytes_; }
  /// The dataset's clock as the latest mark told it; none before the first.
  [[nodiscard]] const std::optional<DatasetClock>& dataset() const { return dataset_; }
  [[nodiscard]] bool subscriber_up() const { return subscriber_up_; }
  [[nodiscard]] bool command_up() const { return command_up_; }
  /// The highest id or clock value that this process has been told of: its evidence of what the dataset once knew.
  [[nodiscard]] Id highest_seen() const { return evidence_.highest(); }
  /// Makes `ids` those fanned out since the last call, for measuring the way from the publisher to the socket. Two
  /// lists are used in turn, so that nothing is allocated.
  void take_fanned_out(std::vector<Id>& ids);

  void on_subscriber_up() override;
  void on_subscriber_down() override;
  void on_command_up() override;
  void on_command_down() override;
  void on_confirmed(std::string_view channel) override;
  void on_message(std::string_view channel, std::string_view bytes) override;
  void on_batch_begin() override { batching_ = true; }
  void on_batch_end() override;
  void on_mark(std::uint64_t nonce, const DatasetClock& clock) override;
  void on_fence(Id floor) override;
  void on_synced(const DatasetClock& clock) override;
  void on_evidence_refused() override;
  void on_history(std::string_view channel, const History& history) override;

 private:
  friend class Subscription;
  using State = Subscription::State;
  using Entry = ChannelLog::Entry;
  /// A confirmed channel whose log has not begun, and what a mark must be above to begin it.
  struct Unmarked {
    Channel* channel = nullptr;
    std::uint64_t stamp = 0;
  };
  struct Idle {
    Channel* channel = nullptr;
    base::Instant since{};
  };

  // hub.cpp: streams, channels and marks
  void join(Subscription& stream, Channel& channel);
  void leave(Subscription& stream);
  void enter(Subscription& stream, State next);
  void tick();
  void probe();
  void want_mark();
  void show_evidence();
  void set_ready(Opening& opening);
  void note_idle(Channel& channel);
  void note_used(const Channel& channel);
  void release_idle_channels();
  void release_some();
  /// Visits every stream, those on several channels several times.
  template <class Visit>
  void each_stream(Visit visit) {
    channels_.each([&](Channel& channel) {
      for (auto* stream : channel.members) visit(*stream);
    });
  }
  void send_positions();
  void hold(Subscription& stream);
  void hold_all();
  void forget_history(Channel& channel);
  void forget_all_histories();

  // fan_out.cpp: from a message to the live streams
  void fan_out(Channel& channel, Id id, const sse::FramePtr& frame);
  void deliver(const Channel& channel, Id id, const sse::FramePtr& frame);
  void deliver_run();
  void reopen(Channel& channel, Id prev);
  void mistrust(Channel& channel);

  // opening.cpp: from a mark to live
  void open_marked(std::uint64_t nonce);
  void begin(Subscription& stream);
  void advance(Subscription& stream);
  void finish(Subscription& stream);
  [[nodiscard]] Id origin(const Subscription& stream) const;
  [[nodiscard]] std::optional<sse::ResetReason> refuse(const Subscription& stream) const;
  void request_read(Channel& channel);
  void send_reads();
  void answer_readers(Channel& channel);
  [[nodiscard]] Id lowest_wanted(const Channel& channel) const;
  /// What a ring held, as far as this process can read it.
  struct DecodedRing {
    std::vector<Entry> entries{};    ///< oldest first
    std::optional<Record> oldest{};  ///< whatever its id
    bool readable = true;            ///< without a record of another version, which may be anything
  };
  DecodedRing decode_ring(const History& history, Id above, Id upto);
  void settle(Channel& channel);
  void evict();
  /// Changes a log and keeps the sum of their sizes.
  template <class Change>
  void with_log(Channel& channel, Change change) {
    log_bytes_ -= channel.log.size_bytes();
    change(channel.log);
    log_bytes_ += channel.log.size_bytes();
  }

  base::Clock& clock_;
  Backplane& backplane_;
  Options options_;
  Counters counters_;
  ChannelTable channels_;
  std::vector<Unmarked> unmarked_;
  std::vector<Idle> idle_;
  std::size_t idle_left_ = 0;  ///< of idle_, still to be looked at
  std::unique_ptr<base::Timer> releasing_;
  ReadyQueue ready_;
  std::vector<const Entry*> replay_;  ///< of the stream that is being opened
  sse::FramePtr fresh_;               ///< how the mark that is being heard opens streams without a cursor
  Marks marks_;
  ReadQueue reads_;
  std::vector<Id> fanned_out_;
  Run run_;  ///< whatever else the hub hears or is asked comes after it
  bool batching_ = false;
  std::optional<DatasetClock> dataset_;  ///< as the latest mark told it
  Evidence evidence_;
  Id last_mark_ = 0;
  std::size_t log_bytes_ = 0;
  std::size_t hand_ = 0;
  base::Instant last_mark_at_{};
  base::Instant probe_sent_at_{};
  base::Instant last_positions_at_{};
  std::unique_ptr<base::Timer> timer_;
  base::TokenBucket mark_rate_;
  std::unique_ptr<base::Timer> mark_timer_;
  int missed_probes_ = 0;
  bool subscriber_up_ = false;
  bool command_up_ = false;
  bool synced_ = false;  ///< the evidence was shown on this command link, and answered
  bool fenced_ = false;  ///< what comes may be of a new history, until a mark tells
};

}  // namespace freshet::broker
