#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "redis/connection.h"

namespace freshet::redis {

/// Makes sure that a server has what the backplane needs: it is new enough, and the function library is there in this
/// program's version or a newer one. Several daemons of several versions do this side by side, and the newest library
/// wins: a missing one is loaded only if it is still missing then, and one is replaced only by a daemon that has seen
/// that it is older. Two that replace the same one at once can leave the older of their own; `check` finds that.
/// Owned by the command link, one for each connection.
class Functions {
 public:
  struct Library {
    std::string_view source;
    std::uint64_t version;
  };
  /// What this program brings.
  static Library own_library();

  struct Options {
    bool may_load = true;
    /// Called with what was done about the library.
    std::function<void(const std::string& line)> log;
    Library library = own_library();
  };
  using Ready = std::function<void(const std::string& version)>;

  /// Asks at once. Calls `ready` with the server's version, or closes the connection with the reason why not.
  Functions(Connection& connection, Options options, Ready ready);

  /// Looks again, once it is ready, and replaces a library that has become older or closes the connection. One that is
  /// missing is not looked for: whatever calls it fails.
  void check();

 private:
  void ask();
  void judge_info(Value reply);
  void judge_version(Value reply);
  void load(const std::string& finding, bool replace);
  void judge_load(const std::string& finding, bool replace, Value reply);
  void finish();

  Connection& connection_;
  Options options_;
  Ready ready_;  ///< empty once called
  std::string version_;
  bool asking_ = false;
  bool overtaken_ = false;  ///< another one has loaded a library of this name after it was found missing
};

}  // namespace freshet::redis
