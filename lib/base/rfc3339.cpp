#include "base/rfc3339.h"

#include <array>
#include <ctime>

#include "base/clock.h"

namespace freshet::base {
namespace {

constexpr std::size_t kMillisecondDigits = 3;

}  // namespace

std::string rfc3339(std::uint64_t microseconds, Precision precision) {
  const auto seconds = static_cast<std::time_t>(microseconds / kMicrosecondsPerSecond);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> date{};
  const auto length = std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  // The leading 1 keeps the zeros of the fraction, and makes room for the point.
  auto fraction = std::to_string(kMicrosecondsPerSecond + microseconds % kMicrosecondsPerSecond);
  fraction.front() = '.';
  if (precision == Precision::kMilliseconds) fraction.resize(1 + kMillisecondDigits);
  return std::string(date.data(), length) + fraction + 'Z';
}

}  // namespace freshet::base
