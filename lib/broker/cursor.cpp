#include "broker/cursor.h"

#include "base/text.h"

namespace freshet::broker {

Cursor Cursor::parse(std::string_view text) {
  if (text.empty()) return {};
  const auto id = base::parse_decimal(text);
  if (!id || *id == 0 || *id > kMaxId) return {Kind::kUnknown, 0};
  return {Kind::kAt, *id};
}

}  // namespace freshet::broker
