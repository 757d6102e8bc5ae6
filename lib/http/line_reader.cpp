#include "http/line_reader.h"

#include <algorithm>

namespace freshet::http {
namespace {

bool may_stand(unsigned char byte, LineReader::Kind kind) {
  if (byte >= 0x20 && byte < 0x7f) return true;
  return kind == LineReader::Kind::kField && (byte == '\t' || byte >= 0x80);
}

}  // namespace

LineReader::Status LineReader::feed(std::string_view bytes, std::size_t& used, Kind kind, std::size_t limit_bytes) {
  const auto ends_run = [kind](char c) { return c == '\r' || !may_stand(static_cast<unsigned char>(c), kind); };
  for (used = 0; used < bytes.size();) {
    if (line_.size() >= limit_bytes) return Status::kTooLong;
    if (line_.ends_with('\r')) {
      if (bytes[used] != '\n') return Status::kBadByte;
      line_ += bytes[used++];
      return Status::kLine;
    }
    const auto rest = bytes.substr(used, limit_bytes - line_.size());
    const auto* end = std::find_if(rest.begin(), rest.end(), ends_run);
    line_.append(rest.begin(), end);
    used += static_cast<std::size_t>(end - rest.begin());
    if (end == rest.end()) continue;
    if (*end != '\r') return Status::kBadByte;
    line_ += '\r';
    ++used;
  }
  return Status::kNeedMore;
}

}  // namespace freshet::http
