#include "server/ops/disconnect.h"

#include <array>
#include <string>
#include <utility>

#include "base/text.h"
#include "http/query.h"

namespace freshet::server {
namespace {

using Target = Disconnect::Target;

constexpr std::string_view kConnections = "/connections";
constexpr std::array<std::pair<std::string_view, Target>, 2> kCollections{
    {{"/users/", Target::kUser}, {"/channels/", Target::kChannel}}};
constexpr std::size_t kMaxParameters = 8;

http::Response answer(const base::Result<std::uint64_t>& instances) {
  if (!instances) return http::to_response({503, instances.error().message});
  if (*instances == 0) return http::to_response({503, "no instance was listening"});
  return {202,
          {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          R"({"status":"sent","instances":)" + std::to_string(*instances) + "}\n"};
}

}  // namespace

std::optional<ConnectionsPath> connections_path(std::string_view path) {
  for (const auto& [collection, target] : kCollections) {
    if (!path.starts_with(collection) || !path.ends_with(kConnections)) continue;
    if (path.size() <= collection.size() + kConnections.size()) continue;
    return ConnectionsPath{target,
                           path.substr(collection.size(), path.size() - collection.size() - kConnections.size())};
  }
  return std::nullopt;
}

tl::expected<Disconnect, http::Problem> read_disconnect(const ConnectionsPath& path, const http::Request& request) {
  const auto invalid = [](std::string detail) {
    return tl::unexpected<http::Problem>(http::Problem{400, std::move(detail)});
  };
  auto name = http::percent_decode(path.name);
  if (!name) return invalid("the path: " + name.error().message);
  const auto pairs = http::parse_query(request.query, kMaxParameters);
  if (!pairs) return invalid("the query: " + pairs.error().message);
  Disconnect disconnect{path.target, std::move(*name), {}};
  for (const auto& [parameter, value] : *pairs) {
    if (parameter != "for" || path.target != Target::kUser || disconnect.bar_for) {
      return invalid("parameter " + base::printable(parameter, 60) + ": only a user's takes one, for=10m");
    }
    const auto lasting = parse_bar_duration(value);
    if (!lasting) return invalid(lasting.error().message);
    disconnect.bar_for = *lasting;
  }
  if (const auto encoded = encode_control(disconnect); !encoded) return invalid(encoded.error().message);
  return disconnect;
}

Later disconnect(Revocations& revocations, Disconnect disconnect) {
  return [&revocations, disconnect = std::move(disconnect)](const Reply& reply) {
    revocations.disconnect(disconnect,
                           [reply](const base::Result<std::uint64_t>& instances) { reply(answer(instances)); });
  };
}

}  // namespace freshet::server
