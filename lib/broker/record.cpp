#include "broker/record.h"

#include <optional>

#include "base/text.h"

namespace freshet::broker {
namespace {

/// Takes the piece before the next `|`.
std::optional<std::string_view> take_field(std::string_view& rest) {
  const auto bar = rest.find('|');
  if (bar == std::string_view::npos) return std::nullopt;
  const auto field = rest.substr(0, bar);
  rest.remove_prefix(bar + 1);
  return field;
}

std::optional<Id> take_id(std::string_view& rest) {
  const auto field = take_field(rest);
  if (!field || field->size() > 16) return std::nullopt;
  const auto id = base::parse_decimal(*field);
  if (!id || *id > kMaxId) return std::nullopt;
  return id;
}

}  // namespace

base::Result<void> check_event_name(std::string_view name) {
  if (name.size() > kMaxEventNameBytes) {
    return base::fail("an event name of " + std::to_string(name.size()) + " bytes: the limit is " +
                      std::to_string(kMaxEventNameBytes));
  }
  if (name.find_first_of(std::string_view("\r\n|\0", 4)) != std::string_view::npos) {
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
  if (const auto version = take_field(head); !version) {
    return base::fail("malformed");
  } else if (*version != "1") {
    return base::fail("version");
  }
  const auto id = take_id(head);
  const auto prev = id ? take_id(head) : std::nullopt;
  if (!prev || (*id == 0 ? *prev != 0 : *prev >= *id)) return base::fail("malformed");
  if (!check_event_name(head)) return base::fail("event-name");
  return Record{*id, *prev, head, bytes.substr(line_end + 1)};
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
