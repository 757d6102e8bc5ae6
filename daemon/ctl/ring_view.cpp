#include "ctl/ring_view.h"

#include <nlohmann/json.hpp>

#include "base/rfc3339.h"
#include "broker/record.h"
#include "ctl/quantity.h"
#include "ctl/table.h"
#include "ctl/text.h"

namespace freshet::ctl {
namespace {

constexpr std::size_t kShownData = 60;

std::string time_of(std::uint64_t id) { return base::rfc3339(id, base::Precision::kMicroseconds); }

std::string moment(std::uint64_t id) { return std::to_string(id) + " (" + time_of(id) + ')'; }

/// The channel's id before the oldest entry; none: there was nothing, or the entry is no record.
std::optional<std::uint64_t> before(const RingView& view) {
  if (view.entries.empty()) return std::nullopt;
  const auto record = broker::decode_record(view.entries.front());
  if (!record || record->prev == 0) return std::nullopt;
  return record->prev;
}

/// Where the ring begins, in words.
std::string beginning(const RingView& view) {
  if (view.has_older) return "older events are in the ring, too: --limit shows more\n";
  if (const auto prev = before(view)) {
    return "the ring does not reach back to the event before these, " + moment(*prev) +
           ": a client whose cursor is older gets a stream-reset\n";
  }
  return {};
}

std::string around(const RingView& view) {
  std::string text;
  if (view.expires_in_ms) {
    text += "the ring expires in " + long_time(*view.expires_in_ms / 1000) + ", unless another event comes\n";
  } else if (!view.expiry_refusal.empty()) {
    text += "when the ring expires is not known: " + one_line(view.expiry_refusal, 200) + '\n';
  }
  if (view.clock_last) text += "clock: last " + moment(*view.clock_last);
  if (view.clock_last && view.clock_floor) {
    text += *view.clock_floor == 0 ? ", floor 0" : ", floor " + moment(*view.clock_floor);
  }
  if (view.clock_last) text += '\n';
  if (!view.clock_last) text += "clock: not there: nothing has been published yet, or Redis has forgotten it\n";
  return text;
}

}  // namespace

std::string ring_text(const RingView& view, const Output& output) {
  if (view.entries.empty()) return "the ring of " + one_line(view.channel) + " is empty\n" + around(view);
  Table table({{"ID", true}, {"TIME"}, {"EVENT"}, {"BYTES", true}, {"DATA"}});
  for (const auto& entry : view.entries) {
    const auto record = broker::decode_record(entry);
    if (!record) {
      table.add({{"?"}, {"no record (" + record.error().message + "): " + one_line(entry, kShownData), Colour::kRed}});
      continue;
    }
    table.add({{std::to_string(record->id)},
               {time_of(record->id), Colour::kDim},
               {record->event.empty() ? "-" : one_line(record->event, kShownData), Colour::kCyan},
               {std::to_string(record->data.size())},
               {one_line(record->data, kShownData)}});
  }
  return beginning(view) + table.text(output) + around(view);
}

std::string ring_json(const RingView& view) {
  using Json = nlohmann::ordered_json;
  Json json{{"channel", view.channel}, {"has_older", view.has_older}, {"before", nullptr}, {"events", Json::array()}};
  if (const auto prev = before(view)) json["before"] = std::to_string(*prev);
  for (const auto& entry : view.entries) {
    const auto record = broker::decode_record(entry);
    if (!record) {
      json["events"].push_back({{"error", record.error().message}});
      continue;
    }
    Json event{{"id", std::to_string(record->id)}, {"time", time_of(record->id)}, {"event", nullptr}};
    if (!record->event.empty()) event["event"] = record->event;
    event["bytes"] = record->data.size();
    event["data"] = record->data;
    json["events"].push_back(std::move(event));
  }
  json["clock"] = nullptr;
  if (view.clock_last) {
    json["clock"] = {{"last", std::to_string(*view.clock_last)},
                     {"floor", std::to_string(view.clock_floor.value_or(0))}};
  }
  json["expires_in_ms"] = nullptr;
  if (view.expires_in_ms) json["expires_in_ms"] = *view.expires_in_ms;
  return json_line(json);
}

}  // namespace freshet::ctl
