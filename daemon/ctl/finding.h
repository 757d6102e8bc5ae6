#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::ctl {

enum class Verdict : std::uint8_t { kOk, kWarn, kFail, kSkip };

/// What one check of doctor has found.
struct Finding {
  Verdict verdict = Verdict::kOk;
  std::string check;   ///< its name, as in the documentation: `redis.eviction`
  std::string what;    ///< what was seen
  std::string advice;  ///< what to change; empty when nothing has to be
};
using Findings = std::vector<Finding>;

Finding ok(std::string check, std::string what);
Finding warn(std::string check, std::string what, std::string advice);
Finding fail(std::string check, std::string what, std::string advice);
/// It could not be looked at, for this reason.
Finding skip(std::string check, std::string what, std::string advice = {});

/// `ok`, `warn`, `fail`, `skip`.
std::string_view name_of(Verdict verdict);

}  // namespace freshet::ctl
