#include "ctl/sse_parser.h"

#include <algorithm>

#include "base/text.h"

namespace freshet::ctl {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
/// Longer waits are taken for this one: nobody means weeks.
constexpr std::uint64_t kLongestRetryMs = 3'600'000;

}  // namespace

bool SseParser::feed(std::string_view bytes) {
  while (!bytes.empty() && !too_large_) {
    if (after_cr_ && bytes.front() == '\n') bytes.remove_prefix(1);
    after_cr_ = false;
    const auto end = bytes.find_first_of("\r\n");
    const auto piece = bytes.substr(0, end);
    too_large_ = line_.size() + data_.size() + piece.size() > kMaxEventBytes;
    if (too_large_) break;
    line_ += piece;
    if (end == std::string_view::npos) break;
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    take_line();
  }
  return !too_large_;
}

void SseParser::reset() {
  line_.clear();
  first_line_ = true;
  after_cr_ = false;
  too_large_ = false;
  own_id_.reset();
  id_ = last_event_id_;
  name_.clear();
  data_.clear();
}

void SseParser::take_line() {
  std::string_view line = line_;
  if (first_line_ && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  first_line_ = false;
  const auto colon = line.find(':');
  if (line.empty()) {
    dispatch();
  } else if (colon == 0) {
    ++comments_;
  } else if (colon == std::string_view::npos) {
    take_field(line, {});
  } else {
    auto value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
  }
  line_.clear();
}

void SseParser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    data_.append(value).push_back('\n');
  } else if (name == "event") {
    name_ = value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    own_id_ = id_ = value;
  } else if (name == "retry") {
    const auto wait = base::parse_decimal(value);
    if (wait) retry_ = std::chrono::milliseconds(std::min(*wait, kLongestRetryMs));
  }
}

void SseParser::dispatch() {
  last_event_id_ = id_;
  if (!data_.empty()) {
    data_.pop_back();
    sink_({own_id_, name_, data_});
  }
  own_id_.reset();
  name_.clear();
  data_.clear();
}

}  // namespace freshet::ctl
