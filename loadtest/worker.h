#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <sys/epoll.h>
#include <vector>

#include "loadtest/channel_plan.h"
#include "loadtest/client.h"
#include "loadtest/options.h"
#include "loadtest/shared.h"

namespace freshet::loadtest {

/// The clients of one process on one epoll. Obeys the conductor's orders; lives in a process of its own.
class Worker {
 public:
  /// `index` of all the worker processes; `doorbell` is an eventfd that rings when there is an order.
  Worker(const Options& options, const ChannelPlan& plan, Shared& shared, std::size_t index, int doorbell);

  /// Until kFinish. Writes to stderr what makes the run impossible, and is false then.
  bool run();

 private:
  struct Waiting {
    std::int64_t at_ns = 0;
    Client* client = nullptr;
  };

  void answer_doorbell();
  void obey(Order order);
  void begin_to_check();
  void drop_all();
  void open_all();
  void wake_stalled();
  void count_behind();
  void finish();
  bool open_due();
  bool open(Client& client);
  void churn();
  void read(Client& client);
  void lose(Client& client);
  void watch(Client& client) const;
  [[nodiscard]] int patience_ms() const;
  [[nodiscard]] std::string request_of(const Client& client, const Url& url) const;

  const Options& options_;
  const ChannelPlan& plan_;
  Shared& shared_;
  WorkerState& state_;
  int doorbell_;
  base::Fd epoll_;
  ClientContext context_;
  std::deque<Client> clients_;     ///< never moved: epoll and the queues point to them
  std::deque<Client*> to_open_;    ///< as soon as the window allows
  std::deque<Waiting> to_return_;  ///< cut off or refused, a little later
  std::size_t window_;
  std::vector<char> buffer_;
  std::int64_t churn_every_ns_ = 0;  ///< 0: not now
  std::int64_t next_churn_ns_ = 0;
  std::size_t next_churned_ = 0;
  std::int64_t cpu_at_check_ns_ = 0;
  bool may_be_refused_ = false;
  bool finished_ = false;
};

}  // namespace freshet::loadtest
