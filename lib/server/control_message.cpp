#include "server/control_message.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "auth/identity.h"
#include "auth/json_text.h"
#include "base/channel_name.h"
#include "base/text.h"

namespace freshet::server {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kLongest = kLongestBar;

base::Result<void> check_name(const Disconnect& disconnect) {
  return disconnect.target == Disconnect::Target::kUser ? auth::check_subject(disconnect.name)
                                                        : base::check_channel_name(disconnect.name);
}

base::Result<std::chrono::seconds> bar_duration(const json& value) {
  if (value.is_string()) return parse_bar_duration(value.get_ref<const std::string&>());
  if (value.is_number_unsigned()) return parse_bar_duration(std::to_string(value.get<std::uint64_t>()));
  return base::fail("for: neither a text nor a whole number");
}

base::Result<Disconnect> read(const json& body) {
  const bool has_user = body.contains("user");
  const auto* key = has_user ? "user" : "channel";
  const bool has_bar = has_user && body.contains("for");
  if (!body.contains(key) || body.size() != (has_bar ? 2U : 1U)) {
    return base::fail("disconnect: takes a user, and for how long if need be, or a channel");
  }
  if (!body[key].is_string()) return base::fail("disconnect." + std::string(key) + ": not a text");
  Disconnect disconnect{
      has_user ? Disconnect::Target::kUser : Disconnect::Target::kChannel, body[key].get<std::string>(), {}};
  if (const auto checked = check_name(disconnect); !checked) return tl::unexpected(checked.error().at("disconnect"));
  if (has_bar) {
    const auto lasting = bar_duration(body["for"]);
    if (!lasting) return tl::unexpected(lasting.error().at("disconnect"));
    disconnect.bar_for = *lasting;
  }
  return disconnect;
}

}  // namespace

base::Result<Disconnect> parse_control(std::string_view message) {
  if (message.size() > kMaxControlBytes) return base::fail(std::to_string(message.size()) + " bytes are too many");
  const auto whole = auth::parse_json_object(message);
  if (!whole) return tl::unexpected(whole.error());
  if (whole->size() != 1 || !whole->contains("disconnect")) return base::fail("takes a disconnect and nothing else");
  const auto& body = (*whole)["disconnect"];
  if (!body.is_object()) return base::fail("disconnect: not an object");
  return read(body);
}

base::Result<std::string> encode_control(const Disconnect& disconnect) {
  json body{{disconnect.target == Disconnect::Target::kUser ? "user" : "channel", disconnect.name}};
  if (disconnect.bar_for) body["for"] = disconnect.bar_for->count();
  auto text = json{{"disconnect", std::move(body)}}.dump(-1, ' ', false, json::error_handler_t::replace);
  const auto read_back = parse_control(text);
  if (!read_back) return tl::unexpected(read_back.error());
  if (*read_back != disconnect) return base::fail("disconnect: the name is not UTF-8");
  return text;
}

base::Result<std::chrono::seconds> parse_bar_duration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 5> kUnits{
      {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86'400}}};
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = base::parse_decimal(text.substr(0, digits));
  const auto* const unit =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& each) { return each.first == text.substr(digits); });
  if (!number || unit == kUnits.end()) {
    return base::fail("for: " + base::printable(text, 40) + " is not a duration (try 10m)");
  }
  if (*number == 0 || *number > static_cast<std::uint64_t>(kLongest.count()) / unit->second) {
    return base::fail("for: " + base::printable(text, 40) + " is not from 1s to 365d");
  }
  return std::chrono::seconds(static_cast<std::int64_t>(*number * unit->second));
}

}  // namespace freshet::server
