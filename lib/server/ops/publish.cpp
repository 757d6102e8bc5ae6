#include "server/ops/publish.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "http/query.h"

namespace freshet::server {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxChannels = 100;
constexpr std::size_t kMaxParameters = kMaxChannels + 8;

/// One call's results as they come in, each at its channel's place.
struct Pending {
  std::vector<broker::Publication> publications;
  std::vector<std::optional<broker::PublishResult>> results;
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
  if (pending.results.size() == 1) {
    const auto& result = *pending.results.front();
    if (!result) return http::to_response({status_of(result.error()), result.error().message});
    return json_response(200, {{"id", id_of(*result)}});
  }
  json body{{"ids", json::object()}};
  int status = 0;
  for (std::size_t i = 0; i < pending.results.size(); ++i) {
    const auto& channel = pending.publications[i].channel;
    const auto& result = *pending.results[i];
    if (result) {
      body["ids"][channel] = id_of(*result);
      status = 200;
    } else {
      body["errors"][channel] = result.error().message;
      if (status != 200) status = std::max(status, status_of(result.error()));
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

Later publish(broker::Backplane& backplane, std::vector<broker::Publication> publications) {
  return [&backplane, publications = std::move(publications)](Reply reply) mutable {
    // Shared by the results' callbacks; gone with the last of them, also when the backplane drops them unanswered.
    auto pending = std::make_shared<Pending>();
    pending->results.resize(publications.size());
    pending->missing = publications.size();
    pending->reply = std::move(reply);
    pending->publications = publications;
    for (auto& sent : pending->publications) sent.data.clear();
    for (std::size_t i = 0; i < publications.size(); ++i) {
      backplane.publish(std::move(publications[i]), [pending, i](broker::PublishResult result) {
        pending->results[i] = std::move(result);
        if (--pending->missing == 0) pending->reply(answer(*pending));
      });
    }
  };
}

}  // namespace freshet::server
