#include "sse/control.h"

#include <algorithm>
#include <array>
#include <string>

namespace freshet::sse {

std::string_view name_of(Resume resume) {
  switch (resume) {
    case Resume::kFresh:
      return "fresh";
    case Resume::kComplete:
      return "complete";
    case Resume::kEarliest:
      return "earliest";
    case Resume::kPosition:
      return "position";
  }
  return "";
}

std::string_view name_of(ResetReason reason) {
  switch (reason) {
    case ResetReason::kTrimmed:
      return "trimmed";
    case ResetReason::kExpired:
      return "expired";
    case ResetReason::kUnknownId:
      return "unknown-id";
    case ResetReason::kHistoryLost:
      return "history-lost";
  }
  return "";
}

FramePtr stream_cursor(Resume resume, std::uint64_t id) {
  constexpr std::string_view kBegin = R"({"resume":")";
  constexpr std::string_view kEnd = "\"}";
  std::array<char, 32> data{};
  auto* out = std::copy(kBegin.begin(), kBegin.end(), data.begin());
  const auto name = name_of(resume);
  out = std::copy(name.begin(), name.end(), out);
  out = std::copy(kEnd.begin(), kEnd.end(), out);
  return Frame::encode({id, "stream-cursor", {data.begin(), out}});
}

FramePtr stream_reset(ResetReason reason, const std::vector<std::string_view>& channels, std::uint64_t id) {
  std::string data = R"({"reason":")";
  data += name_of(reason);
  data += R"(","channels":[)";
  for (const auto channel : channels) {
    if (data.back() != '[') data += ',';
    data += '"';
    data += channel;
    data += '"';
  }
  data += "]}";
  return Frame::encode({id, "stream-reset", data});
}

FramePtr stream_expiring(std::chrono::seconds left) {
  return Frame::encode({0, "stream-expiring", "{\"seconds\":" + std::to_string(left.count()) + "}"});
}

FramePtr stream_unauthorized() { return Frame::encode({0, "stream-unauthorized", R"({"reason":"token-expired"})"}); }

FramePtr retry(std::chrono::milliseconds delay) {
  return Frame::raw("retry: " + std::to_string(delay.count()) + "\n\n");
}

FramePtr heartbeat() { return Frame::raw(":\n"); }

FramePtr padding(std::size_t bytes) {
  std::string body(":");
  if (bytes > 2) body.append(bytes - 2, ' ');
  return Frame::raw(body + "\n");
}

FramePtr last_chunk() { return Frame::raw({}); }

}  // namespace freshet::sse
