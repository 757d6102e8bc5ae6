#include "ctl/watch_format.h"

#include <nlohmann/json.hpp>

#include "ctl/text.h"

namespace freshet::ctl {
namespace {

constexpr std::string_view kControl = "stream-";

Colour colour_of(std::string_view name) {
  if (name == "stream-cursor") return Colour::kDim;
  return name == "stream-reset" ? Colour::kRed : Colour::kYellow;
}

}  // namespace

bool is_control(const SseEvent& event) { return event.name.starts_with(kControl); }

std::string event_line(const SseEvent& event, const Output& output) {
  const auto id = event.id ? one_line(*event.id) : "-";
  const auto name = event.name.empty() ? "message" : one_line(event.name);
  return output.paint(Colour::kDim, id) + "  " + output.paint(Colour::kCyan, name) + "  " + one_line(event.data) + '\n';
}

std::string control_line(const SseEvent& event, const Output& output) {
  const auto id = event.id ? ' ' + one_line(*event.id) : std::string();
  return output.paint_aside(colour_of(event.name), "* " + one_line(event.name) + id + ' ' + one_line(event.data));
}

std::string event_json(const SseEvent& event) {
  nlohmann::ordered_json json{{"type", is_control(event) ? "control" : "event"}, {"id", nullptr}, {"event", nullptr}};
  if (event.id) json["id"] = *event.id;
  if (!event.name.empty()) json["event"] = event.name;
  json["data"] = event.data;
  if (is_control(event)) {
    const auto data = nlohmann::ordered_json::parse(event.data, nullptr, false);
    if (data.is_object()) json["data"] = data;
  }
  return json_line(json);
}

std::string connection_json(std::string_view state, std::string_view detail) {
  return json_line({{"type", "connection"}, {"state", state}, {"detail", detail}});
}

}  // namespace freshet::ctl
