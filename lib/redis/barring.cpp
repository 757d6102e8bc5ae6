#include "redis/barring.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace freshet::redis {
namespace {

std::optional<std::int64_t> parse_seconds(std::string_view text) {
  const auto seconds = base::parse_decimal(text);
  if (!seconds || *seconds > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::int64_t>(*seconds);
}

std::optional<broker::Bar> parse_bar(std::string user, std::string_view text) {
  const auto colon = std::min(text.find(':'), text.size());
  const auto before = parse_seconds(text.substr(0, colon));
  const auto until = parse_seconds(text.substr(std::min(colon + 1, text.size())));
  if (!before || !until) return std::nullopt;
  return broker::Bar{std::move(user), *before, *until};
}

}  // namespace

std::vector<std::string> bar_command(broker::ControlBus::BarRequest bar, const std::string& prefix) {
  std::vector<std::string> command{"FCALL", "freshet_bar", "0", std::move(bar.user),
                                   std::to_string(bar.lasting.count())};
  if (bar.issued_before_s) {
    command.emplace_back("BEFORE");
    command.push_back(std::to_string(*bar.issued_before_s));
  }
  command.emplace_back("PREFIX");
  command.push_back(prefix);
  return command;
}

base::Result<broker::Bar> stored_bar(std::string user, Value reply) {
  auto bar = reply.is(Value::Type::kString) ? parse_bar(std::move(user), reply.text()) : std::nullopt;
  if (!bar) return base::fail("FCALL freshet_bar: " + reply.describe());
  return std::move(*bar);
}

base::Result<std::vector<broker::Bar>> read_bars(Value reply) {
  if (!reply.is(Value::Type::kArray)) return base::fail("HGETALL: " + reply.describe());
  std::vector<broker::Bar> bars;
  bars.reserve(reply.size() / 2);
  for (std::size_t i = 0; i + 1 < reply.size(); i += 2) {
    if (auto bar = parse_bar(std::string(reply[i].text()), reply[i + 1].text())) bars.push_back(std::move(*bar));
  }
  return bars;
}

}  // namespace freshet::redis
