#include "server/ops/publish.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/text.h"
#include "http/query.h"

namespace freshet::server {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxChannels = 100;
constexpr std::size_t kMaxParameters = kMaxChannels + 8;
constexpr std::string_view kLive = "live";
/// In a stream's request it stands for the caller's own channel, so nobody could read one of that name.
constexpr std::string_view kOwnChannel = "@me";
constexpr std::string_view kMayBePublished =
    " (the event may have been published all the same; another try with the same key is safe)";

/// The id, or what is wrong.
using Outcome = tl::expected<broker::Id, http::Problem>;

/// One call's outcomes as they come in, each at its channel's place.
struct Pending {
  std::vector<std::string> channels;
  std::vector<Outcome> outcomes;
  std::size_t missing = 0;
  Reply reply;
};

http::Problem problem_of(const broker::PublishError& error) {
  switch (error.kind) {
    case broker::PublishError::Kind::kInvalid:
      return {400, error.message};
    case broker::PublishError::Kind::kTooLarge:
      return {413, error.message};
    case broker::PublishError::Kind::kUnavailable:
      return {503, error.message};
    case broker::PublishError::Kind::kUnknown:
      return {504, error.message + std::string(kMayBePublished)};
  }
  return {500, error.message};
}

json id_of(broker::Id id) { return id == 0 ? json(nullptr) : json(std::to_string(id)); }

http::Response json_response(int status, const json& body) {
  return {status,
          {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"};
}

http::Response answer(const Pending& pending) {
  if (pending.outcomes.size() == 1) {
    const auto& outcome = pending.outcomes.front();
    return outcome ? json_response(200, {{"id", id_of(*outcome)}}) : http::to_response(outcome.error());
  }
  json body{{"ids", json::object()}};
  int status = 0;
  for (std::size_t i = 0; i < pending.outcomes.size(); ++i) {
    const auto& outcome = pending.outcomes[i];
    if (outcome) {
      body["ids"][pending.channels[i]] = id_of(*outcome);
      status = 200;
    } else {
      body["errors"][pending.channels[i]] = outcome.error().detail;
      if (status != 200) status = std::max(status, outcome.error().status);
    }
  }
  return json_response(status, body);
}

/// What the flag `live` says: it may stand there without a value, in the raw query.
std::optional<bool> read_flag(std::string_view value, std::string_view query) {
  if (value == "1" || value == "true") return true;
  if (value == "0" || value == "false") return false;
  const auto pieces = base::split(query, '&');
  if (value.empty() && std::find(pieces.begin(), pieces.end(), kLive) != pieces.end()) return true;
  return std::nullopt;
}

/// Puts a parameter other than `channel` into the publication.
base::Result<void> take_option(broker::Publication& publication, std::string_view name, const std::string& value,
                               std::string_view query) {
  if (name == kLive) {
    const auto live = read_flag(value, query);
    if (!live) return base::fail("live is 1 or 0, not \"" + base::printable(value, 60) + '"');
    publication.live = *live;
  } else if (name == "event") {
    // To the backplane no text is no option. In the words of the functions, which say what else is wrong with one.
    if (value.empty()) return base::fail("EVENT is 0 bytes long, 1 to 128 are allowed");
    publication.event = value;
  } else if (name == "key") {
    if (value.empty()) return base::fail("KEY is 0 bytes long, 1 to 512 are allowed");
    publication.key = value;
  } else {
    return base::fail("unknown parameter " + base::printable(name, 60) + ": there are channel, event, key and live");
  }
  return {};
}

/// RFC 9110 takes a request that says nothing of its body for one without. Here that is more likely an old client whose
/// body ends with the connection, and its event would be an empty one.
bool says_length(const http::Request& request) {
  return request.header("Content-Length") != nullptr || request.header("Transfer-Encoding") != nullptr;
}

}  // namespace

tl::expected<std::vector<broker::Publication>, http::Problem> read_publications(const http::Request& request) {
  const auto invalid = [](std::string detail) {
    return tl::unexpected<http::Problem>(http::Problem{400, std::move(detail)});
  };
  if (!says_length(request)) return tl::unexpected<http::Problem>(http::Problem{411, "no Content-Length"});
  const auto pairs = http::parse_query(request.query, kMaxParameters);
  if (!pairs) return invalid("the query: " + pairs.error().message);
  std::vector<std::string> channels;
  std::set<std::string_view> given;
  broker::Publication publication;
  for (const auto& [name, value] : *pairs) {
    if (name == "channel") {
      if (std::find(channels.begin(), channels.end(), value) == channels.end()) channels.push_back(value);
      continue;
    }
    if (!given.insert(name).second) return invalid(base::printable(name, 60) + " is given twice");
    if (const auto taken = take_option(publication, name, value, request.query); !taken) {
      return invalid(taken.error().message);
    }
  }
  if (channels.empty()) return invalid("no channel: say which with channel=NAME");
  if (channels.size() > kMaxChannels) return invalid("more than " + std::to_string(kMaxChannels) + " channels");
  publication.data = request.body;
  std::vector<broker::Publication> publications;
  for (auto& channel : channels) {
    publication.channel = std::move(channel);
    publications.push_back(publication);
  }
  return publications;
}

Later publish(broker::Backplane& backplane, std::vector<broker::Publication> publications, OpsRights rights) {
  return [&backplane, rights = std::move(rights), publications = std::move(publications)](Reply reply) mutable {
    // Shared by the results' callbacks; gone with the last of them, also when the backplane drops them unanswered.
    auto pending = std::make_shared<Pending>();
    pending->reply = std::move(reply);
    pending->missing = publications.size();
    for (const auto& publication : publications) pending->channels.push_back(publication.channel);
    for (const auto& channel : pending->channels) {
      pending->outcomes.push_back(tl::unexpected<http::Problem>(
          channel == kOwnChannel ? http::Problem{400, "@me stands for the user of a stream: name the channel itself"}
                                 : http::Problem{403, "the key may not publish to " + channel}));
    }
    for (std::size_t i = 0; i < publications.size(); ++i) {
      if (publications[i].channel == kOwnChannel || !rights.may(publications[i].channel)) {
        --pending->missing;
        continue;
      }
      backplane.publish(std::move(publications[i]), [pending, i](broker::PublishResult result) {
        if (result) {
          pending->outcomes[i] = *result;
        } else {
          pending->outcomes[i] = tl::unexpected<http::Problem>(problem_of(result.error()));
        }
        if (--pending->missing == 0) pending->reply(answer(*pending));
      });
    }
    if (pending->missing == 0) pending->reply(answer(*pending));
  };
}

}  // namespace freshet::server
