#include "ctl/quantity.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace freshet::ctl {
namespace {

/// With one digit after the point where that says something.
std::string rounded(double number) {
  std::array<char, 48> text{};
  const bool whole = number >= 99.95 || std::abs(number - std::round(number)) < 0.05;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
  std::snprintf(text.data(), text.size(), whole ? "%.0f" : "%.1f", number);
  return text.data();
}

}  // namespace

std::string short_time(double seconds) {
  if (seconds < 0.000'999'5) return rounded(std::round(seconds * 1e6)) + " µs";
  if (seconds < 0.999'5) return rounded(seconds * 1e3) + " ms";
  return rounded(seconds) + " s";
}

std::string long_time(std::uint64_t seconds) {
  struct Unit {
    std::uint64_t seconds;
    char letter;
  };
  constexpr std::array<Unit, 4> kUnits{{{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}};
  for (std::size_t i = 0; i + 1 < kUnits.size(); ++i) {
    if (seconds < kUnits[i].seconds) continue;
    const auto rest = seconds % kUnits[i].seconds / kUnits[i + 1].seconds;
    const auto text = std::to_string(seconds / kUnits[i].seconds) + kUnits[i].letter;
    return rest == 0 ? text : text + ' ' + std::to_string(rest) + kUnits[i + 1].letter;
  }
  return std::to_string(seconds) + 's';
}

std::string short_number(double number) {
  if (number < 9'999.5) return rounded(number);
  if (number < 999'950) return rounded(number / 1e3) + 'k';
  return rounded(number / 1e6) + 'M';
}

std::string short_bytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  auto number = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; number >= 1023.95 && unit + 1 < kUnits.size(); ++unit) number /= 1024;
  return rounded(number) + ' ' + std::string(kUnits[unit]);
}

}  // namespace freshet::ctl
