#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/backplane.h"
#include "broker/control_bus.h"
#include "broker/hub.h"
#include "config/load.h"
#include "credentials.h"
#include "jwks_source.h"
#include "log.h"
#include "loop_lag.h"
#include "memory_watch.h"
#include "process_meter.h"
#include "server/conditions.h"
#include "server/gate.h"
#include "server/http_server.h"
#include "server/metrics.h"
#include "server/ops/ops_routes.h"
#include "server/public_routes.h"
#include "server/quotas.h"
#include "server/revocations.h"
#include "service_report.h"
#include "systemd.h"
#include "tls/context.h"
#include "uv/loop.h"
#include "uv/signals.h"
#include "uv/turn_end.h"

namespace freshet::redis {
class RedisBackplane;
}

namespace freshet {

/// Puts the rooms together and owns them all, in the order in which they need each other; acts on signals.
class App {
 public:
  /// `sources` are read again at SIGHUP, and so are the files behind `credentials` and `redis_tls`.
  App(config::Config config, config::Sources sources, Credentials credentials, std::optional<tls::Context> redis_tls,
      Log& log, std::string version);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Serves until a signal ends it, on the sockets that were passed too; the exit code.
  int run(std::vector<systemd::PassedSocket> passed_sockets);

 private:
  [[nodiscard]] std::unique_ptr<broker::Backplane> make_backplane();
  /// Opens all listeners: those that were passed, and otherwise those that are configured. The exit code, or 0.
  [[nodiscard]] int listen(std::vector<systemd::PassedSocket> passed_sockets);
  [[nodiscard]] int note_listener(const base::Result<uv::Address>& bound, bool ops);
  void on_signal(int signal);
  void drain();
  /// False: something was wrong, and nothing was changed.
  bool reload();
  void apply(Credentials credentials);
  /// Judges tokens by the files' keys as they were last loaded, and by those of the issuer.
  void use_keys();
  void warn_of_unverified_redis();
  void watch_jwks();
  base::Result<void> take_jwks(const std::string& text);
  void log_end(const server::StreamReport& report);
  std::size_t end_streams(const server::Revocations::Ending& ending);
  void end_turn();
  [[nodiscard]] std::string trouble() const;
  [[nodiscard]] server::Snapshot snapshot() const;
  [[nodiscard]] server::Statistics counted() const;
  [[nodiscard]] std::string metrics_text() const;
  [[nodiscard]] std::string status() const;
  /// As the dataset says; until it has been heard, as configured.
  [[nodiscard]] std::size_t max_event_bytes() const;
  void report_readiness();
  void report_memory(bool full);
  [[nodiscard]] ServiceReport::State service_state() const;

  config::Config config_;
  config::Sources sources_;
  Log& log_;
  std::string version_;
  std::uint64_t seed_;
  server::Settings settings_;
  server::Conditions conditions_;
  server::Statistics statistics_;
  server::Statistics ops_statistics_;  ///< of operators and scrapers, whom nobody counts
  server::Metrics metrics_;
  uv::Loop loop_;
  base::Instant started_;
  std::int64_t started_at_us_;
  auth::Verifier verifier_;
  auth::Keyring file_keys_;  ///< without those of the issuer
  std::optional<auth::PublishKeys> publish_keys_;
  std::unique_ptr<JwksSource> jwks_source_;
  server::Gate gate_;
  server::Quotas quotas_;
  server::BufferBudget buffers_{settings_.buffer_total_bytes};
  std::optional<tls::Context> redis_tls_;   ///< what new connections to Redis are made with; none: plain
  redis::RedisBackplane* redis_ = nullptr;  ///< the backplane, if it is that one
  broker::ControlBus* control_ = nullptr;   ///< its other side
  std::unique_ptr<broker::Backplane> backplane_;
  broker::Hub hub_;
  server::Revocations revocations_;
  server::PublicRoutes public_routes_;
  server::OpsAccess ops_access_;
  server::OpsRoutes ops_routes_;
  server::HttpServer public_;
  server::HttpServer ops_;
  LoopLag loop_lag_;
  mutable ProcessMeter process_meter_;
  MemoryWatch memory_watch_;
  ServiceReport service_report_;
  uv::TurnEnd turn_end_;
  uv::Signals signals_;
  std::unique_ptr<base::Timer> readiness_timer_;
  std::optional<std::string> reported_trouble_;
  std::vector<broker::Id> fanned_out_;  ///< in this turn
  bool draining_ = false;
};

}  // namespace freshet
