#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "config/config.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "tls/context.h"
#include "uv/address.h"
#include "uv/loop.h"

namespace freshet::ctl {

/// A conversation with the primary, one command after the other: logged in as the daemons do, by the same configuration
/// (TLS and Sentinel included) and with the same deadlines. Blocks. Owned by the command that asks.
class RedisSession final : private redis::Connection::Owner {
 public:
  /// Connects. Another user than the configured one may be given.
  static base::Result<std::unique_ptr<RedisSession>> open(const config::Config& config,
                                                          const std::optional<redis::Login>& as = std::nullopt);
  virtual ~RedisSession() = default;

  /// The reply, which may be an error of Redis; or why there is none, with the server's name. After that the session is
  /// over, and every command fails in the same way.
  base::Result<redis::Reply> ask(std::span<const std::string_view> command);
  base::Result<redis::Reply> ask(std::initializer_list<std::string_view> command);
  /// `redis 127.0.0.1:6379`
  [[nodiscard]] const std::string& place() const { return place_; }

 private:
  RedisSession(std::optional<tls::Context> tls, redis::Connection::Options options);
  void on_connected() override;
  void on_push(redis::Value /*reply*/) override {}
  void on_batch_begin() override {}
  void on_batch_end() override {}
  void on_down(const redis::Connection::Loss& loss) override;
  base::Result<void> connect();

  std::string place_;
  std::optional<tls::Context> tls_;
  redis::Connection::Options options_;
  uv::Loop loop_;
  bool connected_ = false;
  std::string loss_;
  std::unique_ptr<redis::Connection> connection_;
};

/// The lines of INFO, by name.
std::map<std::string, std::string, std::less<>> parse_info(std::string_view info);
/// A reply of names and values in turn, as CONFIG GET gives it.
std::map<std::string, std::string, std::less<>> parse_pairs(redis::Value reply);

}  // namespace freshet::ctl
