#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "broker/control_bus.h"
#include "server/control_message.h"
#include "server/statistics.h"

namespace freshet::server {

/// Takes streams away from users and channels, on all instances: sends disconnects out, acts on those that come in, and
/// knows whose older tokens are refused. What an instance missed while it was cut off it learns from the bars that are
/// kept; bars that were lost there (a Redis without persistence restarted) it puts back.
///
/// The application owns it; clock, bus and statistics outlive it.
class Revocations final : private broker::ControlBus::Observer {
 public:
  /// Which streams of this process end.
  struct Ending {
    Disconnect::Target target = Disconnect::Target::kUser;
    std::string_view name;
    /// Only those let in by a token issued earlier (Unix seconds), or by one that does not say; none: all.
    std::optional<std::int64_t> issued_before_s;
  };
  /// Ends them and says how many there were.
  using EndStreams = std::function<std::size_t(const Ending&)>;
  /// How many instances were told, or why none was.
  using Done = std::function<void(base::Result<std::uint64_t>)>;

  /// Users whose tokens are refused at a time; further ones are only disconnected.
  static constexpr std::size_t kMaxBars = 100'000;

  /// Observes the bus, which must not have started yet.
  Revocations(base::Clock& clock, broker::ControlBus& bus, Statistics& statistics, EndStreams end_streams);
  ~Revocations() override = default;

  /// Tells every instance, this one included. An error means that it has to be asked for again.
  void disconnect(Disconnect disconnect, Done done);
  /// Whether a token of `user` is refused. One that does not say when it was issued counts as an old one.
  [[nodiscard]] bool barred(std::string_view user, std::optional<std::int64_t> issued_at_s) const;
  [[nodiscard]] std::size_t bars() const { return bars_.size(); }

 private:
  struct Span {
    std::int64_t issued_before_s = 0;
    std::int64_t until_s = 0;
  };

  void on_control_up() override;
  void on_control(std::string_view message) override;
  void store(const std::string& user, std::chrono::seconds lasting, std::optional<std::int64_t> issued_before_s);
  void catch_up(const std::vector<broker::Bar>& kept);
  /// True if it refuses more than was refused before.
  bool keep(const broker::Bar& bar);
  void drop_old();
  [[nodiscard]] std::int64_t now_s() const { return clock_.wall_s(); }

  base::Clock& clock_;
  broker::ControlBus& bus_;
  Statistics& statistics_;
  EndStreams end_streams_;
  std::map<std::string, Span, std::less<>> bars_;
  std::size_t drop_at_;  ///< so many bars are reason to look for those that are over
};

}  // namespace freshet::server
