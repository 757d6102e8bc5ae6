#pragma once

#include <memory>
#include <utility>

#include "broker/hub.h"
#include "sim/redis.h"

namespace freshet::test::sim {

class World;

/// One freshetd in one life after the other.
class Daemon {
 public:
  Daemon(World& world, int index) : world_(world), index_(index) {}

  void start();
  void die();
  /// Redis is out of its reach for so long.
  void cut_off(Ticks span);
  /// Which daemon, and which of its lives.
  [[nodiscard]] std::pair<int, int> name() const { return {index_, life}; }

  std::unique_ptr<RedisBackplane> backplane;
  std::unique_ptr<broker::Hub> hub;  ///< null while it is dead
  int life = 0;

 private:
  World& world_;
  int index_;
};

}  // namespace freshet::test::sim
