#include "server/ops/publish.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/text.h"
#include "http/query.h"

namespace freshet::server {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxChannels = 100;
constexpr std::size_t kMaxParameters = kMaxChannels + 8;

/// The id, or what is wrong.
using Outcome = tl::expected<broker::Id, http::Problem>;

/// One call's outcomes as they come in, each at its channel's place.
struct Pending {
  std::vector<std::string> channels;
  std::vector<Outcome> outcomes;
  std::size_t missing = 0;
  Reply reply;
};

int status_of(const broker::PublishError& error) {
  switch (error.kind) {
    case broker::PublishError::Kind::kInvalid:
      return 400;
    case broker::PublishError::Kind::kTooLarge:
      return 413;
    case broker::PublishError::Kind::kUnavailable:
      return 503;
  }
  return 500;
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

/// A flag of a query: present and not switched off.
bool is_on(std::string_view value) { return !value.empty() && value != "0" && value != "false"; }

}  // namespace

tl::expected<std::vector<broker::Publication>, http::Problem> read_publications(const http::Request& request) {
  const auto invalid = [](std::string detail) {
    return tl::unexpected<http::Problem>(http::Problem{400, std::move(detail)});
  };
  const auto pairs = http::parse_query(request.query, kMaxParameters);
  if (!pairs) return invalid("the query: " + pairs.error().message);
  std::vector<std::string> channels;
  broker::Publication publication;
  for (const auto& [name, value] : *pairs) {
    if (name == "channel") {
      if (std::find(channels.begin(), channels.end(), value) == channels.end()) channels.push_back(value);
    } else if (name == "event") {
      publication.event = value;
    } else if (name == "key") {
      publication.key = value;
    } else if (name == "live") {
      publication.live = is_on(value);
    } else {
      return invalid("unknown parameter " + base::printable(name, 60) + ": there are channel, event, key and live");
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
      pending->outcomes.push_back(
          tl::unexpected<http::Problem>(http::Problem{403, "the key may not publish to " + channel}));
    }
    for (std::size_t i = 0; i < publications.size(); ++i) {
      if (!rights.may(publications[i].channel)) {
        --pending->missing;
        continue;
      }
      backplane.publish(std::move(publications[i]), [pending, i](broker::PublishResult result) {
        if (result) {
          pending->outcomes[i] = *result;
        } else {
          const http::Problem problem{status_of(result.error()), result.error().message};
          pending->outcomes[i] = tl::unexpected<http::Problem>(problem);
        }
        if (--pending->missing == 0) pending->reply(answer(*pending));
      });
    }
    if (pending->missing == 0) pending->reply(answer(*pending));
  };
}

}  // namespace freshet::server
