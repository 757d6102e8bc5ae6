#include "redis/clock_line.h"

#include <array>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/text.h"

namespace freshet::redis {
namespace {

using broker::Id;

constexpr std::size_t kFields = 11;
constexpr std::size_t kMaxHoles = 8;
constexpr std::uint64_t kMaxTtlSeconds = std::uint64_t{10} * 365 * 86400;

std::optional<std::uint64_t> number(std::string_view text, std::uint64_t most) {
  const auto value = base::parse_decimal(text);
  return value && *value <= most ? value : std::nullopt;
}

std::optional<broker::Hole> parse_hole(std::string_view text) {
  const auto parts = base::split(text, ':');
  if (parts.size() != 3 || parts[0].empty()) return std::nullopt;
  const auto ended_at = number(parts[1], broker::kMaxId);
  const auto boot = number(parts[2], broker::kMaxId);
  if (!ended_at || !boot) return std::nullopt;
  return broker::Hole{std::string(parts[0]), *ended_at, *boot};
}

}  // namespace

base::Result<ClockLine> parse_clock_line(std::string_view line) {
  const auto fields = base::split(line, '|');
  // A newer library may tell more.
  if (fields.size() < kFields) {
    return base::fail(std::to_string(fields.size()) + " fields, " + std::to_string(kFields) + " are expected");
  }

  ClockLine parsed{fields[0], {}};
  auto& clock = parsed.clock;
  struct Field {
    std::size_t index;
    std::string_view name;
    std::uint64_t most;
    std::uint64_t* into;
  };
  const std::array<Field, 8> numbers{{{1, "last", broker::kMaxId, &clock.last},
                                      {2, "floor", broker::kMaxId, &clock.floor},
                                      {4, "ttl", kMaxTtlSeconds, &clock.ttl},
                                      {5, "ttl_since", broker::kMaxId, &clock.ttl_since},
                                      {6, "ttl_before", kMaxTtlSeconds, &clock.ttl_before},
                                      {7, "ring", broker::kMaxId, &clock.ring},
                                      {8, "max_bytes", broker::kMaxId, &clock.max_bytes},
                                      {9, "now", broker::kMaxId, &clock.now}}};
  for (const auto& field : numbers) {
    const auto value = number(fields[field.index], field.most);
    if (!value) return base::fail(std::string(field.name) + " is '" + base::printable(fields[field.index], 40) + "'");
    *field.into = *value;
  }
  clock.ttl *= base::kMicrosecondsPerSecond;
  clock.ttl_before *= base::kMicrosecondsPerSecond;
  if (fields[3].empty()) return base::fail("the epoch is empty");
  clock.epoch = fields[3];

  if (fields[10].empty()) return parsed;
  for (const auto text : base::split(fields[10], ',')) {
    auto hole = parse_hole(text);
    if (!hole || clock.holes.size() == kMaxHoles) {
      return base::fail("holes are '" + base::printable(fields[10], 80) + "'");
    }
    clock.holes.push_back(std::move(*hole));
  }
  return parsed;
}

}  // namespace freshet::redis
