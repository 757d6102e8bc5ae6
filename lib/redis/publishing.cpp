#include "redis/publishing.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace freshet::redis {
namespace {

using Kind = broker::PublishError::Kind;

constexpr std::string_view kOwnError = "ERR freshet: ";
constexpr std::string_view kTooLarge = " are allowed (max_bytes)";

/// Errors of the function that tell of the dataset's state, not of the arguments.
bool is_state_trouble(std::string_view message) {
  constexpr std::array<std::string_view, 5> kTroubles{"internal error: ", " is broken (", " is not a record",
                                                      ", not an id", "INFO "};
  return std::any_of(kTroubles.begin(), kTroubles.end(),
                     [&](std::string_view trouble) { return message.find(trouble) != std::string_view::npos; });
}

}  // namespace

std::vector<std::string> publish_command(broker::Publication publication, const std::string& prefix) {
  std::vector<std::string> command{"FCALL", "freshet_publish", "1"};
  command.push_back(std::move(publication.channel));
  command.push_back(std::move(publication.data));
  const auto option = [&](const char* name, std::string value) {
    command.emplace_back(name);
    command.push_back(std::move(value));
  };
  if (!publication.event.empty()) option("EVENT", std::move(publication.event));
  if (!publication.key.empty()) option("KEY", std::move(publication.key));
  if (publication.ring) option("RING", std::to_string(*publication.ring));
  if (publication.ttl) option("TTL", std::to_string(std::chrono::ceil<std::chrono::seconds>(*publication.ttl).count()));
  if (publication.live) command.emplace_back("LIVE");
  option("PREFIX", prefix);
  return command;
}

broker::PublishResult publish_result(Value reply) {
  if (reply.is(Value::Type::kInteger) && reply.integer() >= 0) return static_cast<broker::Id>(reply.integer());
  if (!reply.is_error()) return publish_failure(Kind::kUnknown, "unexpected reply: " + reply.describe());
  const auto text = reply.text();
  if (!text.starts_with(kOwnError) || is_state_trouble(text)) {
    return publish_failure(Kind::kUnavailable, reply.describe());
  }
  const auto kind = text.ends_with(kTooLarge) ? Kind::kTooLarge : Kind::kInvalid;
  return publish_failure(kind, std::string(text.substr(kOwnError.size())));
}

broker::PublishResult publish_failure(Kind kind, std::string message) {
  return tl::unexpected<broker::PublishError>(broker::PublishError{kind, std::move(message)});
}

}  // namespace freshet::redis
