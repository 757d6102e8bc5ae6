#include "report.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <unistd.h>

namespace freshet::loadtest {

Usage usage_of(int pid) {
  Usage usage;
  if (pid == 0) return usage;
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  const auto after_name = text.rfind(')');
  if (after_name == std::string::npos) return usage;
  std::istringstream fields(text.substr(after_name + 1));
  std::string field;
  std::uint64_t ticks = 0;
  for (int index = 3; index <= 24 && fields >> field; ++index) {  // proc(5) counts from 1; the state is the third
    if (index == 14 || index == 15) ticks += std::stoull(field);
    if (index == 24) usage.resident_bytes = std::stoull(field) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  }
  usage.cpu_seconds = static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return usage;
}

std::uint32_t percentile(std::vector<std::uint32_t>& samples, double fraction) {
  if (samples.empty()) return 0;
  const auto index = static_cast<std::ptrdiff_t>(fraction * static_cast<double>(samples.size() - 1));
  std::nth_element(samples.begin(), samples.begin() + index, samples.end());
  return samples[static_cast<std::size_t>(index)];
}

std::string Report::json(Tally& tally) const {
  const double per_event = tally.delivered == 0 ? 0 : used.cpu_seconds * 1e6 / static_cast<double>(tally.delivered);
  return nlohmann::json{{"readers", readers},
                        {"stalled", stalled},
                        {"events", events},
                        {"delivered", tally.delivered},
                        {"missing", missing},
                        {"twice", tally.twice},
                        {"out_of_order", tally.out_of_order},
                        {"resets", tally.resets},
                        {"disconnects", tally.disconnects},
                        {"p50_us", percentile(tally.latencies_us, .5)},
                        {"p99_us", percentile(tally.latencies_us, .99)},
                        {"cpu_us_per_event", per_event},
                        {"peak_resident_bytes", peak_resident_bytes}}
      .dump();
}

std::string Report::table(Tally& tally) const {
  const auto values = nlohmann::json::parse(json(tally));
  std::string text;
  for (const auto& [name, value] : values.items()) {
    text += name + std::string(name.size() < 22 ? 22 - name.size() : 1, ' ') + value.dump() + "\n";
  }
  return text;
}

}  // namespace freshet::loadtest
