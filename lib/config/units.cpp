#include "config/units.h"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/text.h"

namespace freshet::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Largest first, as formatting needs it.
constexpr std::array<Unit, 5> kDurations{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 4> kSizes{
    {{"GiB", std::uint64_t{1} << 30U}, {"MiB", std::uint64_t{1} << 20U}, {"KiB", std::uint64_t{1} << 10U}, {"B", 1}}};

constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();

template <std::size_t N>
std::optional<std::uint64_t> parse(std::string_view text, const std::array<Unit, N>& units) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = base::parse_decimal(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const auto& unit : units) {
    if (text.substr(digits) != unit.name) continue;
    if (*number > kLargest / unit.factor) return std::nullopt;
    return *number * unit.factor;
  }
  return std::nullopt;
}

template <std::size_t N>
const Unit& largest_unit_of(std::uint64_t value, const std::array<Unit, N>& units) {
  for (const auto& unit : units) {
    if (value % unit.factor == 0) return unit;
  }
  return units.back();
}

}  // namespace

base::Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto value = parse(text, kDurations);
  if (!value) return base::fail('"' + base::printable(text) + "\" is not a duration (try 15s)");
  return std::chrono::milliseconds(static_cast<std::int64_t>(*value));
}

std::string format_duration(std::chrono::milliseconds value) {
  if (value.count() <= 0) return "0s";
  const auto count = static_cast<std::uint64_t>(value.count());
  const auto& unit = largest_unit_of(count, kDurations);
  return std::to_string(count / unit.factor) + std::string(unit.name);
}

base::Result<std::size_t> parse_size(std::string_view text) {
  auto value = parse(text, kSizes);
  if (!value) value = base::parse_decimal(text);
  if (!value || *value > kLargest) {
    return base::fail('"' + base::printable(text) + "\" is not a size (try 64KiB; the units are B, KiB, MiB and GiB)");
  }
  return static_cast<std::size_t>(*value);
}

std::string format_size(std::size_t bytes) {
  const auto& unit = largest_unit_of(bytes, kSizes);
  if (bytes == 0 || unit.factor == 1) return std::to_string(bytes);
  return std::to_string(bytes / unit.factor) + std::string(unit.name);
}

}  // namespace freshet::config
