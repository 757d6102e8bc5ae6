#include "sse/frame.h"

#include <array>
#include <charconv>

namespace freshet::sse {
namespace {

/// Room in front of the body for the chunk's size in hexadecimal and CRLF.
constexpr std::size_t kChunkHeader = 18;

void append_data(std::string& out, std::string_view data) {
  while (true) {
    const auto end = data.find_first_of("\r\n");
    const auto line = data.substr(0, end);
    out += line.empty() ? "data:" : "data: ";
    out += line;
    out += '\n';
    if (end == std::string_view::npos) return;
    const bool crlf = data[end] == '\r' && end + 1 < data.size() && data[end + 1] == '\n';
    data.remove_prefix(end + (crlf ? 2 : 1));
  }
}

}  // namespace

FramePtr Frame::encode(const Event& event) {
  std::string bytes;
  bytes.reserve(kChunkHeader + event.data.size() + event.name.size() + 48);
  bytes.resize(kChunkHeader);
  if (event.id != 0) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), event.id).ptr;
    bytes += "id: ";
    bytes.append(digits.data(), end);
    bytes += '\n';
  }
  if (!event.name.empty()) {
    bytes += "event: ";
    bytes += event.name;
    bytes += '\n';
  }
  append_data(bytes, event.data);
  bytes += '\n';
  return seal(std::move(bytes), event.name.starts_with("stream-"));
}

FramePtr Frame::raw(std::string_view body) {
  std::string bytes(kChunkHeader, '\0');
  bytes += body;
  return seal(std::move(bytes), true);
}

FramePtr Frame::seal(std::string bytes, bool control) {
  std::array<char, 16> digits{};
  const auto* end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes.size() - kChunkHeader, 16).ptr;
  const auto length = static_cast<std::size_t>(end - digits.data());
  const std::size_t begin = kChunkHeader - 2 - length;
  bytes.replace(begin, length, digits.data(), length);
  bytes.replace(kChunkHeader - 2, 2, "\r\n");
  bytes += "\r\n";
  return FramePtr(new Frame(std::move(bytes), begin, kChunkHeader, control));
}

std::string_view Frame::plain() const { return std::string_view(bytes_).substr(body_, bytes_.size() - body_ - 2); }

std::string_view Frame::chunked() const { return std::string_view(bytes_).substr(begin_); }

}  // namespace freshet::sse
