#include "sse/frame.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace freshet::sse {
namespace {

constexpr std::string_view kDataField = "data:";

/// Takes a payload apart into lines. Looks for each of the two bytes that end one only as far as it has to, with
/// memchr, since most payloads are one line.
class Lines {
 public:
  explicit Lines(std::string_view data) : rest_(data), lf_(next('\n')), cr_(next('\r')) {}

  /// The next line, without what ends it. There is always at least one, and an end leaves another one behind it.
  [[nodiscard]] bool take(std::string_view& line) {
    if (done_) return false;
    const char* const end = std::min(lf_, cr_);
    line = rest_.substr(0, static_cast<std::size_t>(end - rest_.data()));
    done_ = end == limit();
    if (done_) return true;
    const bool crlf = *end == '\r' && end + 1 == lf_ && lf_ != limit();
    rest_.remove_prefix(line.size() + (crlf ? 2 : 1));
    if (lf_ < rest_.data()) lf_ = next('\n');
    if (cr_ < rest_.data()) cr_ = next('\r');
    return true;
  }

 private:
  [[nodiscard]] const char* limit() const { return rest_.data() + rest_.size(); }
  [[nodiscard]] const char* next(char byte) const {
    const auto at = rest_.find(byte);
    return at == std::string_view::npos ? limit() : rest_.data() + at;
  }

  std::string_view rest_;
  const char* lf_;
  const char* cr_;
  bool done_ = false;
};

std::size_t data_size(std::string_view data) {
  std::size_t size = 0;
  Lines lines(data);
  for (std::string_view line; lines.take(line);) size += kDataField.size() + (line.empty() ? 0 : 1) + line.size() + 1;
  return size;
}

char* put(char* out, std::string_view text) {
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* put_data(char* out, std::string_view data) {
  Lines lines(data);
  for (std::string_view line; lines.take(line);) {
    out = put(out, kDataField);
    if (!line.empty()) *out++ = ' ';
    out = put(out, line);
    *out++ = '\n';
  }
  return out;
}

/// A field of one line; nothing when it is empty.
std::size_t field_size(std::string_view name, std::string_view value) {
  return value.empty() ? 0 : name.size() + value.size() + 1;
}

char* put_field(char* out, std::string_view name, std::string_view value) {
  if (value.empty()) return out;
  out = put(put(out, name), value);
  *out++ = '\n';
  return out;
}

}  // namespace

FramePtr Frame::encode(const Event& event) {
  constexpr std::string_view kIdField = "id: ";
  constexpr std::string_view kEventField = "event: ";
  std::array<char, 20> digits{};
  const char* digits_end = digits.data();
  if (event.id != 0) digits_end = std::to_chars(digits.data(), digits.data() + digits.size(), event.id).ptr;
  const std::string_view id(digits.data(), static_cast<std::size_t>(digits_end - digits.data()));

  const auto size = field_size(kIdField, id) + field_size(kEventField, event.name) + data_size(event.data) + 1;
  char* out = nullptr;
  auto frame = make(size, event.name.starts_with("stream-") ? 0 : 1, out);
  out = put_field(out, kIdField, id);
  out = put_field(out, kEventField, event.name);
  out = put_data(out, event.data);
  *out = '\n';
  return frame;
}

FramePtr Frame::raw(std::string_view body) {
  char* out = nullptr;
  auto frame = make(body.size(), 0, out);
  put(out, body);
  return frame;
}

FramePtr Frame::join(std::span<const FramePtr> frames) {
  std::size_t size = 0;
  std::size_t events = 0;
  for (const auto& frame : frames) {
    size += frame->plain().size();
    events += frame->events();
  }
  char* out = nullptr;
  auto joined = make(size, events, out);
  for (const auto& frame : frames) out = put(out, frame->plain());
  return joined;
}

FramePtr Frame::make(std::size_t size, std::size_t events, char*& body) {
  std::array<char, 2 * sizeof(size)> digits{};
  const auto* end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  const std::string_view length(digits.data(), static_cast<std::size_t>(end - digits.data()));
  const auto header = length.size() + kTrailer;
  const auto total = header + size + kTrailer;
  const auto* frame = new (total) Frame(total, header, events);
  // The only time that anybody writes to it.
  char* out = const_cast<char*>(frame->bytes());  // NOLINT(*-const-cast)
  body = put(put(out, length), "\r\n");
  put(body + size, "\r\n");
  return FramePtr(frame);
}

}  // namespace freshet::sse
