#include "app.h"

#include <csignal>
#include <random>
#include <utility>

#include "base/text.h"
#include "broker/memory_backplane.h"
#include "exit_codes.h"
#include "mapping.h"
#include "redis/redis_backplane.h"

namespace freshet {
namespace {

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

std::string url_of(const uv::Address& address) {
  return address.kind == uv::Address::Kind::kTcp ? "http://" + address.text() : address.text();
}

}  // namespace

App::App(config::Config config, config::Sources sources, Credentials credentials, std::optional<tls::Context> redis_tls,
         Log& log, std::string version)
    : config_(std::move(config)),
      sources_(std::move(sources)),
      log_(log),
      version_(std::move(version)),
      seed_(random_seed()),
      settings_(settings_from(config_)),
      metrics_(version_),
      started_(loop_.now()),
      started_at_us_(loop_.wall_us()),
      verifier_(verifier_options(config_.auth.jwt), {}),
      gate_(settings_, verifier_, loop_,
            [this](const std::string& kid) { return jwks_source_ && jwks_source_->key_missing(kid); }),
      redis_tls_(std::move(redis_tls)),
      backplane_(make_backplane()),
      hub_(loop_, *backplane_, hub_options(config_.backplane.history)),
      revocations_(loop_, *control_, statistics_,
                   [this](const server::Revocations::Ending& ending) { return end_streams(ending); }),
      public_routes_(
          loop_, settings_, conditions_, statistics_, gate_, quotas_,
          [this](const auth::Identity& who) { return revocations_.barred(who.subject, who.issued_at); }, seed_ + 1),
      ops_access_(publish_keys_, gate_,
                  [this](const auth::Identity& who) { return revocations_.barred(who.subject, who.issued_at); }),
      ops_routes_(loop_, settings_, *backplane_, revocations_, ops_access_,
                  {[this] { return trouble(); }, [this] { return metrics_text(); },
                   [this](std::string_view channel) { return hub_.view(channel); }, [this] { return status(); },
                   [this] { return max_event_bytes(); },
                   [this](const server::Caller& caller, const std::vector<http::Header>& headers) {
                     return public_routes_.turn_away(caller, headers);
                   }}),
      public_(
          loop_, hub_, public_routes_,
          {settings_, statistics_, quotas_, buffers_, [this](const server::StreamReport& report) { log_end(report); }},
          seed_ + 2),
      ops_(loop_, hub_, ops_routes_, {settings_, ops_statistics_, quotas_, buffers_, {}}, seed_ + 3),
      loop_lag_(loop_),
      memory_watch_(
          loop_, [this] { return config_.limits.memory_bytes; }, [this](bool full) { report_memory(full); }),
      service_report_(loop_, [this] { return service_state(); }),
      turn_end_(loop_, [this] { end_turn(); }),
      signals_(loop_, {SIGTERM, SIGINT, SIGHUP}, [this](int signal) { on_signal(signal); }) {
  apply(std::move(credentials));
  warn_of_unverified_redis();
}

App::~App() = default;

std::size_t App::end_streams(const server::Revocations::Ending& ending) {
  const bool of_user = ending.target == server::Disconnect::Target::kUser;
  std::size_t ended = 0;
  for (auto* listener : {&public_, &ops_}) {
    ended += of_user ? listener->end_streams_of_user(ending.name, ending.issued_before_s)
                     : listener->end_streams_on_channel(ending.name);
  }
  // What is caught up on may be long ago, and mostly concerns nobody who is here.
  if (ended > 0 || !ending.issued_before_s) {
    log_.info("disconnect: " + std::string(of_user ? "user" : "channel") + "=\"" + base::printable(ending.name) +
              "\" streams=" + std::to_string(ended));
  }
  return ended;
}

std::unique_ptr<broker::Backplane> App::make_backplane() {
  if (config_.backplane.type == config::BackplaneType::kMemory) {
    auto backplane = std::make_unique<broker::MemoryBackplane>(loop_, dataset_options(config_.backplane.history),
                                                               std::to_string(seed_));
    control_ = backplane.get();
    return backplane;
  }
  auto options = redis_options(config_, seed_);
  options.tls = redis_tls_ ? &*redis_tls_ : nullptr;
  auto backplane = std::make_unique<redis::RedisBackplane>(
      loop_, options,
      [this](redis::Level level, const std::string& message) { log_.write(level_from(level), message); });
  redis_ = backplane.get();
  control_ = backplane.get();
  return backplane;
}

int App::listen(std::vector<systemd::PassedSocket> passed_sockets) {
  uv::ListenerOptions options;
  options.reuse_port = config_.reuse_port;
  bool public_passed = false;
  bool ops_passed = false;
  for (auto& passed : passed_sockets) {
    const bool ops = passed.name == "ops";
    (ops ? ops_passed : public_passed) = true;
    if (const int code = note_listener((ops ? ops_ : public_).adopt(std::move(passed.fd), options), ops); code != 0) {
      return code;
    }
  }
  if (!public_passed) {
    for (const auto& address : config_.listen) {
      if (const int code = note_listener(public_.listen(address_from(address), options), false); code != 0) return code;
    }
  }
  options.reuse_port = false;
  return ops_passed ? kExitOk : note_listener(ops_.listen(address_from(config_.ops.listen), options), true);
}

int App::note_listener(const base::Result<uv::Address>& bound, bool ops) {
  if (!bound) {
    log_.error(bound.error().message);
    return kExitUnavailable;
  }
  log_.info("listening on " + url_of(*bound) + (ops ? " (ops)" : " (public)"));
  if (bound->kind == uv::Address::Kind::kUnix || uv::is_loopback(*bound)) return kExitOk;
  if (config_.dev) {
    log_.error("--dev needs every listener on loopback, and " + bound->text() + " is not");
    return kExitUsage;
  }
  if (ops) {
    ops_access_.close_to_others();
    if (!publish_keys_) {
      log_.warn(
          "the operations listener can be reached from other machines: without ops.publish_keys_file it serves "
          "health and metrics only");
    }
  }
  return kExitOk;
}

int App::run(std::vector<systemd::PassedSocket> passed_sockets) {
  if (const int code = listen(std::move(passed_sockets)); code != kExitOk) return code;
  hub_.start();
  watch_jwks();
  readiness_timer_ = loop_.after(std::chrono::milliseconds(100), [this] { report_readiness(); });
  service_report_.start();
  loop_.run();
  log_.info("stopped");
  return kExitOk;
}

void App::end_turn() {
  hub_.take_fanned_out(fanned_out_);
  const auto began = std::chrono::steady_clock::now();
  public_.end_turn();
  ops_.end_turn();
  if (fanned_out_.empty()) return;
  metrics_.observe_fanout(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  metrics_.observe_publish_to_write(fanned_out_, loop_.wall_us());
}

std::string App::trouble() const { return draining_ ? "draining" : hub_.trouble(); }

void App::on_signal(int signal) {
  if (signal == SIGHUP) {
    service_report_.reloading();
    return service_report_.reloaded(reload());
  }
  if (draining_) {
    log_.warn("told again to stop: stopping at once");
    return loop_.stop();
  }
  drain();
}

void App::drain() {
  draining_ = true;
  service_report_.stopping();
  log_.info("draining " + std::to_string(statistics_.streams) + " streams over " +
            std::to_string(config_.drain.period.count()) + " ms");
  // Answers that are awaited, of publications above all, are given before the end.
  public_.drain(config_.drain.period, [this] { ops_.drain(base::Duration::zero(), [this] { loop_.stop(); }); });
}

}  // namespace freshet
