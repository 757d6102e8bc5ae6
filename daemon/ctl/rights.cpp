#include "ctl/rights.h"

#include <random>

#include "base/text.h"

namespace freshet::ctl {
namespace {

struct Trial {
  std::string right;
  std::vector<std::string> command;
  bool needed = true;
  std::string without{};
};

constexpr const char* kPublishing = "publishing over HTTP";

/// Commands whose refusal says that the user may not, and whose success changes nothing.
std::vector<Trial> trials(const RightsToTry& wanted, const std::string& key) {
  const auto ring = wanted.prefix + "ring:freshetctl-doctor";
  std::vector<Trial> list{
      {"+time", {"TIME"}},
      {"+info", {"INFO", "server"}},
      {"+hmget", {"HMGET", wanted.prefix + "clock", "last"}},
      {"+lrange", {"LRANGE", ring, "0", "0"}},
      {"+hgetall", {"HGETALL", key}},
      {"+hdel", {"HDEL", key, "field"}},
      {"+hlen", {"HLEN", key}},
      {"+hrandfield", {"HRANDFIELD", key}},
      {"+publish", {"PUBLISH", key, ""}},
      {"+role", {"ROLE"}, wanted.has_sentinels, "recognising a replica"},
      {"+client|setname", {"CLIENT", "SETNAME", "freshetctl"}, false, "names in CLIENT LIST"},
      {"+lindex", {"LINDEX", ring, "0"}, false, kPublishing},
      {"+ltrim", {"LTRIM", ring, "0", "0"}, false, kPublishing},
      {"+get", {"GET", key}, false, kPublishing},
      {"+set", {"SET", key, "", "XX"}, false, kPublishing},
  };
  if (wanted.loads_functions) {
    list.push_back({"+function|load", {"FUNCTION", "LOAD", "no library"}, false, "loading the function library"});
  }
  if (wanted.has_functions) {
    list.push_back({"+fcall_ro", {"FCALL_RO", "freshet_version", "0"}});
    list.push_back({"+fcall", {"FCALL", "freshet_sync", "0"}});
    list.push_back({"(resetkeys ~* -@all +fcall|freshet_publish)",
                    {"FCALL", "freshet_publish", "1", "freshetctl-doctor", "", "NO-SUCH-OPTION"},
                    false,
                    kPublishing});
  }
  return list;
}

class Trier {
 public:
  explicit Trier(RedisSession& session) : session_(session) {}

  /// Whether it was allowed; false as well when the session has ended.
  bool attempt(const Trial& trial) {
    if (lost_) return false;
    const std::vector<std::string_view> command(trial.command.begin(), trial.command.end());
    const auto reply = session_.ask(command);
    if (!reply) {
      lost_ = reply.error();
      return false;
    }
    const auto value = reply->value();
    if (!value.is_error() || !value.text().starts_with("NOPERM")) return true;
    refused_.push_back({trial.right, value.describe(), trial.needed, trial.without});
    return false;
  }

  base::Result<std::vector<RefusedRight>> result() {
    if (lost_) return tl::unexpected(*lost_);
    return std::move(refused_);
  }

 private:
  RedisSession& session_;
  std::vector<RefusedRight> refused_;
  std::optional<base::Error> lost_;
};

}  // namespace

base::Result<std::vector<RefusedRight>> try_rights(RedisSession& session, const RightsToTry& wanted) {
  const auto key = wanted.prefix + "freshetctl:" + std::to_string(std::random_device()());
  Trier trier(session);
  for (const auto& trial : trials(wanted, key)) trier.attempt(trial);
  // These two write whatever they are given: only where what they write can be taken away again.
  const Trial expire{"+pexpireat", {"PEXPIREAT", key, "1"}};
  if (trier.attempt(expire)) {
    if (trier.attempt({"+hset", {"HSET", key, "field", ""}})) trier.attempt(expire);
    if (trier.attempt({"+lpush", {"LPUSH", key, ""}, false, kPublishing})) trier.attempt(expire);
  }
  // Last, and with a name that nobody else speaks to: a session that stays subscribed answers nothing else any more,
  // and a message would be taken for the next reply.
  for (const auto* command : {"SUBSCRIBE", "UNSUBSCRIBE"})
    trier.attempt({'+' + base::to_lower(command), {command, key}});
  return trier.result();
}

}  // namespace freshet::ctl
