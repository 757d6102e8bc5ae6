#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "broker/hub.h"
#include "sim/redis.h"
#include "sim/simulation.h"

/// Two daemons with the real hub, four clients, one Redis with two links to each daemon, and faults: everything that
/// happens follows from the seed.
namespace freshet::test::sim {

inline constexpr std::uint64_t kTtl = 300;
inline constexpr std::uint64_t kSkew = 40;

/// Rules switched off on purpose, to see that the oracle notices.
struct Sabotage {
  bool no_evidence = false;  ///< daemons do not show Redis what they have seen
  bool no_epoch = false;     ///< a new life of a server goes unnoticed
};

struct Operation {
  Ticks at = 0;
  std::string kind;
  std::string channel;
  int target = 0;
  Ticks a = 0;
  Ticks b = 0;
  Ticks c = 0;
};

struct Publish {
  int uid = 0;
  broker::Id id = 0;
  std::string channel;
  Ticks at = 0;
  std::shared_ptr<Server> server;
  int history = 0;
  bool forgotten = false;
  bool silent = false;  ///< written to the ring, but never published
  /// The daemons' lives that had seen the clock beyond it when it was forgotten.
  std::optional<std::set<std::pair<int, int>>> seen_by;
};

/// What a client got, in order.
struct Item {
  enum class Kind { kCursor, kPosition, kReset, kEvent };
  Kind kind = Kind::kEvent;
  std::optional<broker::Id> id;
  int uid = 0;
  std::vector<std::string> channels;
  Ticks sent = 0;
  Ticks received = 0;
};

class Daemon;
class Session;

class Client {
 public:
  int index = 0;
  std::vector<std::string> channels;
  broker::Cursor cursor;
  std::vector<Item> items;
  std::unique_ptr<Session> session;
};

class World {
 public:
  World(std::uint64_t seed, const std::string& faults, Sabotage sabotage = {});
  ~World();

  /// Runs to the end and returns the violations, one line each.
  std::vector<std::string> run();

  std::map<std::string, int> statistics;
  /// Set before run(): every step, for reading a failing seed.
  bool trace = false;

 private:
  friend class Daemon;
  friend class Session;

  void plan(const std::string& faults);
  void execute(const Operation& operation);
  void publish(const std::shared_ptr<Server>& server, const std::string& channel, Ticks ttl, Ticks ring, bool silent);
  void connect(Client& client);
  void drop(Client& client, Ticks away);
  void lost(Client& client);
  void receive(Client& client, Item item);
  void swap(State state, Ticks down, Ticks offset, Ticks zombie_for);
  void bury(const std::shared_ptr<Server>& server);
  State snapshot(Ticks lag);
  State anew();
  /// Whether rule 5 lets a stream with this cursor be reset on these channels now, judged on the server's own state.
  bool reset_is_justified(broker::Id cursor, const std::vector<std::string>& channels);
  std::vector<std::string> judge();
  void judge_client(const Client& client, std::vector<std::string>& violations);
  void note(const std::string& line) const;

  std::string faults_;
  Sabotage sabotage_;
  Simulation simulation_;
  Dice dice_;  ///< of the plan, apart from what happens on the way
  std::vector<Operation> operations_;
  std::vector<Publish> publishes_;
  std::shared_ptr<Server> primary_;
  std::shared_ptr<Server> zombie_;
  std::vector<std::unique_ptr<Daemon>> daemons_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::string> violations_;
  int epochs_ = 1;
  int histories_ = 0;
  std::vector<Ticks> flushes_ahead_;  ///< when a dataset began anew whose ids ran ahead: they fell
  std::set<std::string> silent_channels_;
  bool forgetful_ = false;
  bool leapt_ = false;  ///< the server's time, ahead and back
  /// The dataset has lost something of what it was: events, or merely some of its clock.
  bool broken_ = false;
  broker::Id first_floor_ = 0;
  std::size_t page_ = 0;  ///< frames that a client takes at once in a replay; 0: all
};

}  // namespace freshet::test::sim
