#include "http/line_reader.h"

namespace freshet::http {
namespace {

bool may_stand(unsigned char byte, LineReader::Kind kind) {
  if (byte >= 0x20 && byte < 0x7f) return true;
  return kind == LineReader::Kind::kField && (byte == '\t' || byte >= 0x80);
}

}  // namespace

LineReader::Status LineReader::feed(std::string_view bytes, std::size_t& used, Kind kind, std::size_t limit_bytes) {
  for (used = 0; used < bytes.size(); ++used) {
    const char c = bytes[used];
    if (line_.size() >= limit_bytes) return Status::kTooLong;
    const bool after_return = line_.ends_with('\r');
    if (after_return ? c != '\n' : c != '\r' && !may_stand(static_cast<unsigned char>(c), kind)) {
      return Status::kBadByte;
    }
    line_ += c;
    if (after_return) {
      ++used;
      return Status::kLine;
    }
  }
  return Status::kNeedMore;
}

}  // namespace freshet::http
