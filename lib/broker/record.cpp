#include "broker/record.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace freshet::broker {
namespace {

constexpr std::string_view kOtherVersion = "version";

/// Takes a decimal number and the `|` behind it.
std::optional<Id> take_id(std::string_view& rest) {
  constexpr std::ptrdiff_t kMostDigits = 16;
  Id id = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), id);
  const auto digits = end - rest.data();
  if (error != std::errc{} || digits > kMostDigits || id > kMaxId) return std::nullopt;
  if (static_cast<std::size_t>(digits) == rest.size() || *end != '|') return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(digits) + 1);
  return id;
}

/// What would end a line or a field.
bool is_separator(char c) { return c == '\r' || c == '\n' || c == '|' || c == '\0'; }

}  // namespace

base::Result<void> check_event_name(std::string_view name) {
  if (name.size() > kMaxEventNameBytes) {
    return base::fail("an event name of " + std::to_string(name.size()) + " bytes: the limit is " +
                      std::to_string(kMaxEventNameBytes));
  }
  if (std::any_of(name.begin(), name.end(), is_separator)) {
    return base::fail("event name \"" + base::printable(name) + "\" holds a line break, NUL or |");
  }
  if (name.substr(0, 7) == "stream-") return base::fail("event names that begin with stream- are the broker's own");
  return {};
}

base::Result<Record> decode_record(std::string_view bytes) {
  if (!is_record(bytes)) return base::fail("malformed");
  bytes.remove_prefix(1);
  const auto line_end = bytes.find('\n');
  if (line_end == std::string_view::npos) return base::fail("malformed");
  auto head = bytes.substr(0, line_end);
  if (!head.starts_with("1|")) {
    return base::fail(head.find('|') == std::string_view::npos ? "malformed" : std::string(kOtherVersion));
  }
  head.remove_prefix(2);
  const auto id = take_id(head);
  const auto prev = id ? take_id(head) : std::nullopt;
  if (!prev || (*id == 0 ? *prev != 0 : *prev >= *id)) return base::fail("malformed");
  if (!check_event_name(head)) return base::fail("event-name");
  return Record{*id, *prev, head, bytes.substr(line_end + 1)};
}

bool is_of_other_version(const base::Result<Record>& decoded) {
  return !decoded && decoded.error().message == kOtherVersion;
}

std::string encode_record(const Record& record) {
  std::string bytes(
      "\x1e"
      "1|");
  bytes += std::to_string(record.id);
  bytes += '|';
  bytes += std::to_string(record.prev);
  bytes += '|';
  bytes += record.event;
  bytes += '\n';
  bytes += record.data;
  return bytes;
}

}  // namespace freshet::broker
