#include "http/line_reader.h"

#include <algorithm>

#include "http/byte_set.h"

namespace freshet::http {
namespace {

const ByteSet& bytes_of(LineReader::Kind kind) {
  static constexpr auto kPrintable = [](char c) { return c >= 0x20 && c < 0x7f; };
  static constexpr ByteSet kRequestLine(kPrintable);
  static constexpr ByteSet kField(
      [](char c) { return kPrintable(c) || c == '\t' || static_cast<unsigned char>(c) >= 0x80; });
  return kind == LineReader::Kind::kRequestLine ? kRequestLine : kField;
}

}  // namespace

std::string_view LineReader::take_whole(std::string_view bytes, Kind kind, std::size_t limit_bytes) {
  const auto& may_stand = bytes_of(kind);
  std::size_t size = 0;
  while (size < bytes.size() && may_stand.has(bytes[size])) ++size;
  constexpr std::string_view kEnd = "\r\n";
  if (bytes.substr(size, kEnd.size()) != kEnd || size + kEnd.size() > limit_bytes) return {};
  return bytes.substr(0, size + kEnd.size());
}

LineReader::Status LineReader::feed(std::string_view bytes, std::size_t& used, Kind kind, std::size_t limit_bytes) {
  if (line_.empty()) {
    whole_ = take_whole(bytes, kind, limit_bytes);
    used = whole_.size();
    if (used > 0) return Status::kLine;
  }
  const auto ends_run = [&may_stand = bytes_of(kind)](char c) { return !may_stand.has(c); };
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
