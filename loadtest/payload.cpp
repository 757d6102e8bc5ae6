#include "loadtest/payload.h"

#include <charconv>
#include <ctime>

namespace freshet::loadtest {

void Payload::write(std::string& text, std::size_t bytes) const {
  text.resize(kLeastBytes);
  char* end = text.data() + text.size();
  char* at = std::to_chars(text.data(), end, number).ptr;
  *at++ = ':';
  at = std::to_chars(at, end, due_ns).ptr;
  *at++ = ':';
  text.resize(static_cast<std::size_t>(at - text.data()));
  text.resize(bytes, 'x');
}

std::optional<Payload> Payload::read(std::string_view data) {
  Payload payload;
  const char* end = data.data() + data.size();
  const auto number = std::from_chars(data.data(), end, payload.number);
  if (number.ec != std::errc() || number.ptr == end || *number.ptr != ':') return std::nullopt;
  const auto due = std::from_chars(number.ptr + 1, end, payload.due_ns);
  if (due.ec != std::errc() || due.ptr == end || *due.ptr != ':') return std::nullopt;
  return payload;
}

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace freshet::loadtest
