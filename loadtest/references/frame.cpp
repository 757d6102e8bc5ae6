#include "loadtest/references/frame.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace freshet::loadtest {
namespace {

constexpr char kRecordMark = '\x1e';

/// What a message says.
struct Parts {
  std::string_view id;
  std::string_view name;
  std::string_view data;
};

// 0x1E `1|id|previous|name` LF data
Parts parts_of(std::string_view message) {
  if (message.empty() || message.front() != kRecordMark) return {{}, {}, message};
  const auto end = message.find('\n');
  if (end == std::string_view::npos) return {{}, {}, message};
  auto head = message.substr(0, end);
  std::array<std::string_view, 3> fields;
  for (auto& field : fields) {
    const auto bar = std::min(head.find('|'), head.size());
    field = head.substr(0, bar);
    head.remove_prefix(std::min(bar + 1, head.size()));
  }
  return {fields[1], head, message.substr(end + 1)};
}

void append_line(std::string_view field, std::string_view value, std::string& out) {
  out += field;
  if (!value.empty()) out += ' ';
  out += value;
  out += '\n';
}

}  // namespace

void append_chunk(std::string_view message, std::string& out) {
  auto parts = parts_of(message);
  const auto begin = out.size();
  if (!parts.id.empty()) append_line("id:", parts.id, out);
  if (!parts.name.empty()) append_line("event:", parts.name, out);
  while (true) {
    const auto line = parts.data.find('\n');
    append_line("data:", parts.data.substr(0, line), out);
    if (line == std::string_view::npos) break;
    parts.data.remove_prefix(line + 1);
  }
  out += '\n';
  std::array<char, 20> size{};
  char* end = std::to_chars(size.data(), size.data() + size.size(), out.size() - begin, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  out.insert(begin, size.data(), static_cast<std::size_t>(end - size.data()));
  out += "\r\n";
}

}  // namespace freshet::loadtest
