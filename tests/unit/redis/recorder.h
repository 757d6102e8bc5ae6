#pragma once

#include <string>
#include <vector>

#include "broker/backplane.h"

namespace freshet::test {

/// An observer that writes everything down, one line each, in order.
class Recorder final : public broker::Backplane::Observer {
 public:
  struct Read {
    std::string channel;
    std::vector<std::string> records;
    bool readable = true;
    broker::Id floor = 0;
    std::string epoch;
    broker::Id now = 0;
  };

  void on_subscriber_up() override {
    subscriber_up = true;
    note("subscriber up");
  }
  void on_subscriber_down() override {
    subscriber_up = false;
    note("subscriber down");
  }
  void on_command_up() override {
    command_up = true;
    note("command up");
  }
  void on_command_down() override {
    command_up = false;
    note("command down");
  }
  void on_confirmed(std::string_view channel) override { note("confirmed " + std::string(channel)); }
  void on_message(std::string_view channel, std::string_view bytes) override {
    messages.emplace_back(bytes);
    batch_of.push_back(batching ? batches : 0);
    note("message " + std::string(channel));
  }
  void on_batch_begin() override {
    batches_fit = batches_fit && !batching;
    batching = true;
    ++batches;
  }
  void on_batch_end() override {
    batches_fit = batches_fit && batching;
    batching = false;
  }
  void on_mark(std::uint64_t nonce, const broker::DatasetClock& clock) override {
    marks.push_back(clock);
    note("mark " + std::to_string(nonce));
  }
  void on_fence(broker::Id floor) override {
    fences.push_back(floor);
    note("fence");
  }
  void on_synced(const broker::DatasetClock& clock) override {
    syncs.push_back(clock);
    note("synced");
  }
  void on_evidence_refused() override { note("evidence refused"); }
  void on_history(std::string_view channel, const broker::History& history) override {
    reads.push_back({std::string(channel),
                     {history.records.begin(), history.records.end()},
                     history.readable,
                     history.floor,
                     std::string(history.epoch),
                     history.now});
    note("history " + std::string(channel));
  }

  [[nodiscard]] bool both_up() const { return subscriber_up && command_up; }
  [[nodiscard]] int count(const std::string& event) const {
    int found = 0;
    for (const auto& seen : events) found += seen == event ? 1 : 0;
    return found;
  }

  bool subscriber_up = false;
  bool command_up = false;
  /// Set while the test calls the backplane: nothing may come in then.
  bool calling = false;
  bool called_back_inside = false;
  std::vector<std::string> events;
  std::vector<std::string> messages;
  /// In which batch each of them came; 0: in none.
  std::vector<int> batch_of;
  int batches = 0;
  bool batching = false;
  /// No batch has begun within another one, or ended without having begun.
  bool batches_fit = true;
  std::vector<broker::DatasetClock> marks;
  std::vector<broker::DatasetClock> syncs;
  std::vector<broker::Id> fences;
  std::vector<Read> reads;

 private:
  void note(std::string event) {
    called_back_inside = called_back_inside || calling;
    events.push_back(std::move(event));
  }
};

}  // namespace freshet::test
