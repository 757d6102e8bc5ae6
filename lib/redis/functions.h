#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "redis/connection.h"

namespace freshet::redis {

/// Makes sure that a server has what the backplane needs: it is new enough, and the function library is there in this
/// program's version or a newer one. Owned by the command link, one for each connection.
class Functions {
 public:
  struct Server {
    std::string version;
    std::string eviction_policy;  ///< empty when Redis does not tell
  };

  /// Asks at once. Calls `ready`, or closes the connection with the reason why not.
  Functions(Connection& connection, bool may_load, std::function<void(const Server&)> ready);

 private:
  void judge_info(Value reply);
  void judge_version(Value reply);
  void load(const std::string& finding);
  void finish();

  Connection& connection_;
  bool may_load_;
  std::function<void(const Server&)> ready_;
  Server server_;
};

}  // namespace freshet::redis
