#include "loadtest/report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>

namespace freshet::loadtest {
namespace {

// Keeps the order in which the figures are put in.
using Json = nlohmann::ordered_json;

constexpr double kUsPerSecond = 1e6;

double ratio(double value, double by) { return by > 0 ? value / by : 0; }

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : std::midpoint(values[middle - 1], values[middle]);
}

Json latencies(const Histogram& histogram) {
  const auto summary = histogram.summary();
  return {{"count", summary.count}, {"mean", summary.mean_us}, {"p50", summary.p50_us}, {"p90", summary.p90_us},
          {"p99", summary.p99_us},  {"p999", summary.p999_us}, {"max", summary.max_us}};
}

Json memory(const Memory& memory) {
  return {{"pss_bytes", memory.pss_bytes}, {"rss_bytes", memory.rss_bytes}, {"written_bytes", memory.written_bytes}};
}

Json settings(const Options& options) {
  return {{"urls", options.url_texts},     {"connections", options.connections},
          {"channels", options.channels},  {"publish", options.publish_name},
          {"events", options.events},      {"rate", options.rate},
          {"burst", options.burst},        {"size_bytes", options.size_bytes},
          {"stalled", options.stalled},    {"missed", options.missed},
          {"churn", options.churn},        {"resume", options.resume},
          {"processes", options.processes}};
}

Json server(const Options& options, const Outcome& outcome) {
  const auto clients = static_cast<double>(options.connections);
  const auto& cpu = outcome.measured.cpu;
  Json json{{"pids", options.pids}, {"cpu_s", cpu.total_s}, {"cpu_user_s", cpu.user_s}, {"cpu_system_s", cpu.system_s}};
  if (options.mode == Mode::kIdle) {
    json["cpu_us_per_connection_s"] = ratio(cpu.total_s * kUsPerSecond, clients * outcome.measured.seconds);
  } else {
    json["cpu_us_per_delivery"] = ratio(cpu.total_s * kUsPerSecond, static_cast<double>(outcome.delivered));
  }
  json["memory"] = {{"before", memory(outcome.before)},
                    {"connected", memory(outcome.connected)},
                    {"after", memory(outcome.after)},
                    {"peak_rss_bytes", outcome.peak_rss_bytes}};
  json["pss_growth_bytes_per_connection"] = (outcome.connected.pss_bytes - outcome.before.pss_bytes) / clients;
  json["pss_bytes_per_connection"] = outcome.connected.pss_bytes / clients;
  return json;
}

Json phase(const Options& options, const Outcome::Phase& phase) {
  Json json{{"seconds", phase.seconds}};
  if (!options.pids.empty())
    json["cpu_us_per_connection"] = phase.cpu.total_s * kUsPerSecond / static_cast<double>(options.connections);
  return json;
}

Json everything(const Options& options, const Outcome& outcome) {
  const auto clients = static_cast<double>(options.connections);
  const auto& faults = outcome.faults;
  Json json{{"mode", options.mode_name}, {"label", options.label}, {"ok", outcome.is_right()}};
  json["options"] = settings(options);
  json["faults"] = {
      {"missing", faults.missing},         {"repeated", faults.repeated}, {"out_of_order", faults.out_of_order},
      {"disconnects", faults.disconnects}, {"resets", faults.resets},     {"refused", faults.refused}};
  json["published"] = outcome.published;
  json["delivered"] = outcome.delivered;
  json["seconds"] = outcome.measured.seconds;
  json["deliveries_per_s"] = ratio(static_cast<double>(outcome.delivered), outcome.measured.seconds);
  if (options.mode != Mode::kIdle) {
    json["latency_us"] = latencies(outcome.latency);
    json["publisher"] = {{"late_us", latencies(outcome.late)}};
  }
  json["connect"] = phase(options, outcome.connecting);
  json["connect"]["per_s"] = ratio(clients, outcome.connecting.seconds);
  json["connect"]["latency_us"] = latencies(outcome.connect_latency);
  if (!outcome.bursts_s.empty()) {
    const auto deliveries = static_cast<double>(options.burst) * (clients - static_cast<double>(options.stalled));
    json["burst"] = {{"size", options.burst},
                     {"seconds", outcome.bursts_s},
                     {"deliveries_per_s", ratio(deliveries, median(outcome.bursts_s))}};
  }
  if (outcome.storm) {
    json["storm"] = phase(options, *outcome.storm);
    json["storm"]["caught_up_us"] = latencies(outcome.caught_up);
  }
  if (!options.pids.empty()) json["server"] = server(options, outcome);
  const auto growth = [&](double KernelMemory::*part) {
    return (outcome.kernel_connected.*part - outcome.kernel_before.*part) / clients;
  };
  json["kernel"] = {{"slab_bytes_per_connection", growth(&KernelMemory::slab_bytes)},
                    {"socket_bytes_per_connection", growth(&KernelMemory::socket_bytes)},
                    {"peak_socket_bytes", outcome.peak_socket_bytes}};
  json["client"] = {{"cpu_s", outcome.client_cpu_s}, {"publisher_cpu_s", outcome.publisher_cpu_s}};
  return json;
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_number_float()) return value.dump();
  std::array<char, 40> text{};
  const auto number = value.get<double>();
  const int digits = number >= 1000 ? 0 : number >= 10 ? 1 : 3;
  std::snprintf(text.data(), text.size(), "%.*f", digits, number);
  return text.data();
}

/// `name` and value in two columns; objects that hold only plain values take one line.
void add_rows(std::string& table, const std::string& name, const Json& value) {
  const bool nested =
      value.is_object() && std::any_of(value.begin(), value.end(), [](const Json& part) { return part.is_object(); });
  if (nested) {
    const auto prefix = name.empty() ? name : name + ".";
    for (const auto& [key, part] : value.items()) add_rows(table, std::string(prefix).append(key), part);
    return;
  }
  std::string row = name + std::string(name.size() < 34 ? 34 - name.size() : 1, ' ');
  if (value.is_object()) {
    for (const auto& [key, part] : value.items()) row.append(key).append(" ").append(text_of(part)).append("  ");
    row.erase(row.find_last_not_of(' ') + 1);
  } else {
    row += text_of(value);
  }
  table += row + "\n";
}

}  // namespace

std::string to_json(const Options& options, const Outcome& outcome) {
  return everything(options, outcome).dump(2) + "\n";
}

std::string to_table(const Options& options, const Outcome& outcome) {
  std::string table;
  add_rows(table, "", everything(options, outcome));
  return table;
}

}  // namespace freshet::loadtest
