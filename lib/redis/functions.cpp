#include "redis/functions.h"

#include <utility>

#include "base/text.h"
#include "redis/functions_source.h"

namespace freshet::redis {
namespace {

constexpr std::uint64_t kOldestMajor = 7;

/// The value of one line of INFO.
std::string_view info_field(std::string_view info, std::string_view name) {
  for (auto line : base::split(info, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':')) return line.substr(name.size() + 1);
  }
  return {};
}

}  // namespace

Functions::Functions(Connection& connection, bool may_load, std::function<void(const Server&)> ready)
    : connection_(connection), may_load_(may_load), ready_(std::move(ready)) {
  connection_.send({"INFO", "server"}, [this](const base::Result<Reply>& reply) {
    if (reply) judge_info(reply->value());
  });
  // Not CONFIG GET, whose right would show this user the passwords.
  connection_.send({"INFO", "memory"}, [this](const base::Result<Reply>& reply) {
    if (reply) server_.eviction_policy = info_field(reply->value().text(), "maxmemory_policy");
  });
  connection_.send({"FCALL_RO", "freshet_version", "0"}, [this](const base::Result<Reply>& reply) {
    if (reply) judge_version(reply->value());
  });
}

void Functions::judge_info(Value reply) {
  if (reply.is_error()) return connection_.close("INFO: " + reply.describe(), retry_after(reply.text()));
  server_.version = base::printable(info_field(reply.text(), "redis_version"), 40);
  const auto major = base::parse_decimal(std::string_view(server_.version).substr(0, server_.version.find('.')));
  if (!major) return connection_.close("INFO names no redis_version", Retry::kSlow);
  if (*major >= kOldestMajor) return;
  connection_.close("Redis 7.0 or newer is needed, this is " + server_.version, Retry::kSlow);
}

void Functions::judge_version(Value reply) {
  const bool missing = reply.is_error() && reply.text().starts_with("ERR Function not found");
  if (missing) return load("is missing");
  if (!reply.is(Value::Type::kInteger)) {
    return connection_.close("FCALL_RO freshet_version: " + reply.describe(), retry_after(reply.text()));
  }
  if (reply.integer() >= static_cast<std::int64_t>(functions_version())) return finish();
  load("has version " + std::to_string(reply.integer()));
}

void Functions::load(const std::string& finding) {
  const auto finds = "the function library freshet " + finding;
  if (!may_load_) {
    return connection_.close(
        finds + ", version " + std::to_string(functions_version()) +
            " or newer is needed: load it with `redis-cli -x FUNCTION LOAD REPLACE < freshet.lua`, "
            "or set backplane.redis.load_functions: true",
        Retry::kSlow);
  }
  connection_.send(
      {"FUNCTION", "LOAD", "REPLACE", functions_source()}, [this, finds](const base::Result<Reply>& reply) {
        if (!reply) return;
        const auto answer = reply->value();
        if (!answer.is_error()) return finish();
        connection_.close(finds + " and could not be loaded: " + answer.describe(), retry_after(answer.text()));
      });
}

void Functions::finish() { ready_(server_); }

}  // namespace freshet::redis
