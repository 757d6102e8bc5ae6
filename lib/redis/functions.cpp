#include "redis/functions.h"

#include <utility>
#include <vector>

#include "base/text.h"
#include "redis/functions_source.h"
#include "redis/info.h"

namespace freshet::redis {
namespace {

constexpr std::uint64_t kOldestMajor = 7;

}  // namespace

Functions::Library Functions::own_library() { return {functions_source(), functions_version()}; }

Functions::Functions(Connection& connection, Options options, Ready ready)
    : connection_(connection), options_(std::move(options)), ready_(std::move(ready)) {
  connection_.send({"INFO", "server"}, [this](const base::Result<Reply>& reply) {
    if (reply) judge_info(reply->value());
  });
  ask();
}

void Functions::ask() {
  asking_ = true;
  connection_.send({"FCALL_RO", "freshet_version", "0"}, [this](const base::Result<Reply>& reply) {
    if (reply) judge_version(reply->value());
  });
}

void Functions::check() {
  if (!asking_) ask();
}

void Functions::judge_info(Value reply) {
  if (reply.is_error()) return connection_.close("INFO: " + reply.describe(), retry_after(reply.text()));
  version_ = base::printable(info_field(reply.text(), "redis_version"), 40);
  const auto major = base::parse_decimal(std::string_view(version_).substr(0, version_.find('.')));
  if (!major) return connection_.close("INFO names no redis_version", Retry::kSlow);
  if (*major >= kOldestMajor) return;
  connection_.close("Redis 7.0 or newer is needed, this is " + version_, Retry::kSlow);
}

void Functions::judge_version(Value reply) {
  asking_ = false;
  const bool is_ready = !ready_;
  if (reply.is_error() && is_ready) return;
  if (reply.is_error() && reply.text().starts_with("ERR Function not found")) return load("is missing", overtaken_);
  if (!reply.is(Value::Type::kInteger)) {
    return connection_.close("FCALL_RO freshet_version: " + reply.describe(), retry_after(reply.text()));
  }
  const auto found = "has version " + std::to_string(reply.integer());
  if (reply.integer() < static_cast<std::int64_t>(options_.library.version)) return load(found, true);
  if (overtaken_ && !is_ready) options_.log("the function library freshet was loaded by another daemon and " + found);
  finish();
}

void Functions::load(const std::string& finding, bool replace) {
  const auto finds = "the function library freshet " + finding;
  if (!options_.may_load) {
    return connection_.close(
        finds + ", version " + std::to_string(options_.library.version) +
            " or newer is needed: load it with `redis-cli -x FUNCTION LOAD REPLACE < freshet.lua`, "
            "or set backplane.redis.load_functions: true",
        Retry::kSlow);
  }
  std::vector<std::string_view> command{"FUNCTION", "LOAD"};
  if (replace) command.emplace_back("REPLACE");
  command.push_back(options_.library.source);
  connection_.send(command, [this, finds, replace](const base::Result<Reply>& reply) {
    if (reply) judge_load(finds, replace, reply->value());
  });
}

void Functions::judge_load(const std::string& finding, bool replace, Value reply) {
  if (!reply.is_error()) {
    options_.log(finding + ": loaded version " + std::to_string(options_.library.version));
    return finish();
  }
  if (!replace && reply.text().starts_with("ERR Library 'freshet' already exists")) {
    overtaken_ = true;
    return ask();
  }
  connection_.close(finding + " and could not be loaded: " + reply.describe(), retry_after(reply.text()));
}

void Functions::finish() {
  if (const auto ready = std::exchange(ready_, {})) ready(version_);
}

}  // namespace freshet::redis
