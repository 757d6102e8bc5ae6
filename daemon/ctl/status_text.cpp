#include "ctl/status_text.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "ctl/quantity.h"
#include "ctl/table.h"
#include "ctl/text.h"

namespace freshet::ctl {
namespace {

using Cell = Table::Cell;

constexpr std::size_t kMaxNameBytes = 60;

Cell state_cell(const InstanceStatus& status) {
  if (status.state == "ready") return {status.state, Colour::kGreen};
  return {one_line(status.state, 20), status.state == "draining" ? Colour::kYellow : Colour::kRed};
}

Cell up_cell(const InstanceStatus& status) {
  if (status.backplane == "memory") return {"memory", Colour::kDim};
  if (!status.backplane_up) return {"down", Colour::kRed};
  const auto percent = status.redis_memory.percent();
  if (percent < redis::kNearlyFullPercent) return {"up"};
  const bool full = percent >= redis::kFullPercent;
  return {full ? "full" : std::to_string(std::lround(percent)) + "% full", full ? Colour::kRed : Colour::kYellow};
}

/// A full Redis does not show otherwise: streams and the probe go on.
std::string note_on_memory(const redis::Memory& memory) {
  if (memory.percent() < redis::kFullPercent) return {};
  return "Redis is full, " + short_bytes(memory.used_bytes) + " of maxmemory " + short_bytes(memory.limit_bytes) +
         ": at 100 % " + (memory.evicts() ? "it evicts histories" : "publishers are refused (OOM)");
}

std::string p95_of(const std::optional<Rates>& rates) {
  if (!rates || !rates->p95_seconds) return "-";
  return std::isinf(*rates->p95_seconds) ? "> 1 s" : short_time(*rates->p95_seconds);
}

nlohmann::ordered_json json_of(const StatusRow& row) {
  nlohmann::ordered_json json{{"listener", row.listener}};
  if (!row.trouble.empty()) {
    json["error"] = row.trouble;
    return json;
  }
  const auto& status = row.status;
  json["instance"] = status.instance;
  json["state"] = status.state;
  if (!status.reason.empty()) json["reason"] = status.reason;
  json["version"] = status.version;
  json["uptime_seconds"] = status.uptime_seconds;
  json["streams"] = status.connections;
  json["stream_limit"] = status.connection_limit;
  json["channels"] = status.subscriptions;
  json["events_received_per_second"] = nullptr;
  json["events_sent_per_second"] = nullptr;
  json["publish_to_write_p95_seconds"] = nullptr;
  if (row.rates) {
    json["events_received_per_second"] = row.rates->received_per_second;
    json["events_sent_per_second"] = row.rates->sent_per_second;
    if (row.rates->p95_seconds) json["publish_to_write_p95_seconds"] = *row.rates->p95_seconds;
  }
  json["probe_seconds"] = nullptr;
  if (status.probe_seconds) json["probe_seconds"] = *status.probe_seconds;
  json["backplane"] = status.backplane;
  json["backplane_up"] = status.backplane_up;
  json["redis_memory_bytes"] = status.redis_memory.used_bytes;
  json["redis_memory_limit_bytes"] = status.redis_memory.limit_bytes;
  return json;
}

}  // namespace

std::string status_table(const std::vector<StatusRow>& rows, const Output& output) {
  // Of what a narrow terminal has no room for, the columns go that say least of an instance's health.
  Table table({{"INSTANCE"},
               {"STATE"},
               {.title = "VERSION", .goes = 1},
               {.title = "UPTIME", .right = true, .goes = 3},
               {"STREAMS", true},
               {.title = "CHANNELS", .right = true, .goes = 2},
               {.title = "IN/S", .right = true, .goes = 5},
               {.title = "OUT/S", .right = true, .goes = 6},
               {.title = "P95", .right = true, .goes = 7},
               {.title = "PROBE", .right = true, .goes = 4},
               {"REDIS"}});
  for (const auto& row : rows) {
    if (!row.trouble.empty()) {
      table.add({{row.listener}, {one_line(row.trouble, 300), Colour::kRed}});
      continue;
    }
    const auto& status = row.status;
    const auto rate = [&](double Rates::*member) {
      return row.rates ? short_number((*row.rates).*member) : std::string("-");
    };
    table.add({{one_line(status.instance, kMaxNameBytes)},
               state_cell(status),
               {one_line(status.version, 20)},
               {long_time(static_cast<std::uint64_t>(std::max(status.uptime_seconds, 0.0)))},
               {std::to_string(status.connections)},
               {std::to_string(status.subscriptions)},
               {rate(&Rates::received_per_second)},
               {rate(&Rates::sent_per_second)},
               {p95_of(row.rates)},
               {status.probe_seconds ? short_time(*status.probe_seconds) : "-"},
               up_cell(status)});
  }
  return table.text(output, output.columns());
}

std::string status_notes(const std::vector<StatusRow>& rows, const std::vector<std::string>& elsewhere) {
  std::string text;
  for (const auto& row : rows) {
    if (!row.trouble.empty()) continue;
    for (const auto& note : {row.status.reason, note_on_memory(row.status.redis_memory)}) {
      if (note.empty()) continue;
      text += one_line(row.status.instance, kMaxNameBytes) + ": " + one_line(note, 300) + '\n';
    }
  }
  std::string names;
  for (const auto& name : elsewhere) names += (names.empty() ? "" : ", ") + one_line(name, kMaxNameBytes);
  if (names.empty()) return text;
  // A row without a name may be any of them.
  const bool has_nameless =
      std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.status.instance.empty(); });
  const auto which = has_nameless ? " (a row without a status may be one of them): " : ", without a row here: ";
  return text + "also on this Redis" + which + names + '\n';
}

std::string status_json(const std::vector<StatusRow>& rows, const std::vector<std::string>& elsewhere) {
  nlohmann::ordered_json json{{"instances", nlohmann::ordered_json::array()}, {"elsewhere", elsewhere}};
  for (const auto& row : rows) json["instances"].push_back(json_of(row));
  return json_line(json);
}

}  // namespace freshet::ctl
