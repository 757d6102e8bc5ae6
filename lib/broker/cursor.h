#pragma once

#include <cstdint>
#include <string_view>

#include "broker/record.h"

namespace freshet::broker {

/// Where a client wants its stream to begin.
struct Cursor {
  enum class Kind : std::uint8_t {
    kFresh,     ///< no cursor: from now on
    kAt,        ///< after `id`
    kEarliest,  ///< everything that the rings still have
    kUnknown,   ///< not an id that was ever given out
  };
  Kind kind = Kind::kFresh;
  Id id = 0;

  /// An empty text is no cursor; anything but a decimal id is kUnknown. Never fails: a bad cursor is answered in the
  /// stream, because EventSource would not come back from an error status.
  static Cursor parse(std::string_view text);
};

}  // namespace freshet::broker
