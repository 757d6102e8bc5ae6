#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "broker/dataset_clock.h"

namespace freshet::broker {

/// A channel's ring as it was read, followed by the clock's floor and epoch and the server's time, asked for right
/// behind it on the same connection.
struct History {
  /// Records as they stand in the ring, newest first, nothing filtered: the proof is judged on the uncut ring.
  std::vector<std::string_view> records;
  /// The key does not hold a ring (a foreign value): nothing can be proven from it.
  bool readable = true;
  Id floor = 0;
  std::string_view epoch;
  Id now = 0;
};

/// What a publisher asks for. The backplane checks every field and says what is wrong with one.
struct Publication {
  std::string channel{};
  std::string data{};
  std::string event{};
  std::string key{};                    ///< idempotency: the same key within ten minutes is the same event; empty: none
  std::optional<std::uint64_t> ring{};  ///< events to keep instead of the default
  std::optional<std::chrono::microseconds> ttl{};  ///< how long to keep the ring, at least the default
  bool live = false;                               ///< no ring, no id, no replay
};

/// Why a publication was not taken: the publisher's own fault, or the backplane's. Or why nobody knows whether it was.
struct PublishError {
  enum class Kind : std::uint8_t {
    kInvalid,
    kTooLarge,
    kUnavailable,  ///< nothing was published
    kUnknown,      ///< it was sent and no answer came: it may have been published, or not
  };
  Kind kind = Kind::kUnavailable;
  std::string message;
};

/// The id, or 0 for a live-only event.
using PublishResult = tl::expected<Id, PublishError>;

/// Where events come from and where history is kept. Two links, each up or down on its own: the subscriber link
/// carries messages, marks and fences in one order; the command link answers everything else. Nothing calls back from
/// inside a call; all calls and callbacks are on the loop's thread. While a link is down, calls that need it do nothing
/// (a publication fails at once).
class Backplane {
 public:
  /// Who is called back. Views are valid during the call only.
  class Observer {
   public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    virtual ~Observer() = default;

    /// A new subscriber link; it carries no subscription yet. Fences and this process's marks arrive by themselves.
    virtual void on_subscriber_up() = 0;
    virtual void on_subscriber_down() = 0;
    virtual void on_command_up() = 0;
    virtual void on_command_down() = 0;
    /// Once for each channel of each `subscribe` on this link.
    virtual void on_confirmed(std::string_view channel) = 0;
    virtual void on_message(std::string_view channel, std::string_view bytes) = 0;
    /// What comes until `on_batch_end` was read at once: messages may be handed on together at its end. Both come in
    /// one turn of the loop, and nothing but the callbacks of this observer comes between them.
    virtual void on_batch_begin() = 0;
    virtual void on_batch_end() = 0;
    /// The mark's place among the messages is the cut: all before it are ≤ clock.last, all after it are above.
    virtual void on_mark(std::uint64_t nonce, const DatasetClock& clock) = 0;
    /// Someone says that history broke at `floor`. A claim to be checked with a mark: any publisher could forge it.
    virtual void on_fence(Id floor) = 0;
    virtual void on_synced(const DatasetClock& clock) = 0;
    /// Instead of `on_synced`: the evidence lies more than a day ahead of the dataset's clock and of its time.
    virtual void on_evidence_refused() = 0;
    virtual void on_history(std::string_view channel, const History& history) = 0;
  };

  Backplane() = default;
  Backplane(const Backplane&) = delete;
  Backplane& operator=(const Backplane&) = delete;
  virtual ~Backplane() = default;

  /// Called once, before anything else; the observer outlives the backplane's last callback. Links come up later.
  virtual void start(Observer& observer) = 0;
  virtual void subscribe(const std::vector<std::string_view>& channels) = 0;
  virtual void unsubscribe(const std::vector<std::string_view>& channels) = 0;
  /// Moves the clock to now and has it published to this process, in order with everything else on the subscriber link.
  virtual void mark(std::uint64_t nonce) = 0;
  /// Shows the dataset the evidence of this process (resume rules, "Evidence"). An empty epoch is none.
  virtual void sync(Id highest_seen, std::string_view epoch) = 0;
  virtual void read_history(std::string_view channel) = 0;
  virtual void publish(Publication publication, std::function<void(PublishResult)> done) = 0;
  /// The subscriber link has stopped carrying marks: give it up and connect anew.
  virtual void replace_subscriber(std::string_view reason) = 0;
  /// Empty when both links are up; otherwise what is wrong, for `/readyz`.
  [[nodiscard]] virtual std::string trouble() const = 0;
};

}  // namespace freshet::broker
