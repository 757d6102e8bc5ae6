#include "ctl/finding.h"

#include <utility>

namespace freshet::ctl {

Finding ok(std::string check, std::string what) { return {Verdict::kOk, std::move(check), std::move(what), {}}; }

Finding warn(std::string check, std::string what, std::string advice) {
  return {Verdict::kWarn, std::move(check), std::move(what), std::move(advice)};
}

Finding fail(std::string check, std::string what, std::string advice) {
  return {Verdict::kFail, std::move(check), std::move(what), std::move(advice)};
}

Finding skip(std::string check, std::string what, std::string advice) {
  return {Verdict::kSkip, std::move(check), std::move(what), std::move(advice)};
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kWarn:
      return "warn";
    case Verdict::kFail:
      return "fail";
    case Verdict::kSkip:
      return "skip";
  }
  return "fail";
}

}  // namespace freshet::ctl
