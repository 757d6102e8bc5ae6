#pragma once

#include <string>

#include "ctl/finding.h"

namespace freshet::test {

/// The finding of a check, the worst one if there are several; none: an empty one that was skipped.
inline ctl::Finding finding(const ctl::Findings& findings, const std::string& check) {
  ctl::Finding worst{ctl::Verdict::kSkip, {}, "there is no such finding", {}};
  for (const auto& each : findings) {
    if (each.check == check && (worst.check.empty() || each.verdict > worst.verdict)) worst = each;
  }
  return worst;
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace freshet::test
