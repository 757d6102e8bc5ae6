#pragma once

#include <cstdint>
#include <string>

namespace freshet::ctl {

/// Quantities as people read them in a table.

/// `850 µs`, `3.2 ms`, `1.5 s`.
std::string short_time(double seconds);
/// `42s`, `3m 5s`, `7h 12m`, `3d 4h`: the two largest units.
std::string long_time(std::uint64_t seconds);
/// `0`, `0.3`, `17`, `12.3k`, `4.5M`.
std::string short_number(double number);
/// `512 B`, `64 KiB`, `1.5 MiB`.
std::string short_bytes(std::uint64_t bytes);

}  // namespace freshet::ctl
