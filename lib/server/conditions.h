#pragma once

namespace freshet::server {

/// How things stand, next to the Settings that say how they should. The application owns one and keeps it true.
struct Conditions {
  /// The process takes as much memory as it may: no further stream.
  bool memory_full = false;
};

}  // namespace freshet::server
