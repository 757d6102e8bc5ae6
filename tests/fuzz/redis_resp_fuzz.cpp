// A server's bytes cut at any place: the cuts change no reply, and no reply breaks a bound of redis/codec.h. What is
// heard is also read as a clock line, for anyone may publish one.
// The first byte of an input chooses the size of the pieces; the rest is what the server sends.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "redis/clock_line.h"
#include "redis/codec.h"

using freshet::redis::append_command;
using freshet::redis::command_bytes;
using freshet::redis::parse_clock_line;
using freshet::redis::ReplyReader;
using freshet::redis::Value;

namespace {

constexpr std::size_t kMaxInputBytes = 4096;
/// Small enough for replies that are cut.
constexpr std::size_t kMaxReplyBytes = 256;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_clock_line(std::string_view text) {
  const auto line = parse_clock_line(text);
  require(line || !line.error().message.empty());
  if (!line) return;
  require(!line->clock.epoch.empty() && line->clock.holes.size() <= 8);
  require(line->clock.last <= freshet::broker::kMaxId && line->clock.ttl <= freshet::broker::kMaxId);
}

/// Everything there is to see of a value.
void render(Value value, std::string& out) {
  require(!value.describe().empty() || value.text().empty());
  out += std::to_string(static_cast<int>(value.type())) + ':' + std::to_string(value.integer()) + ':';
  out += value.text();
  out += '[';
  for (std::size_t i = 0; i < value.size(); ++i) render(value[i], out);
  out += ']';
  check_clock_line(value.text());
}

struct Outcome {
  std::string replies;
  bool failed = false;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome read(std::string_view bytes, std::size_t piece) {
  ReplyReader reader(kMaxReplyBytes);
  Outcome outcome;
  while (true) {
    const auto reply = reader.take();
    if (!reply) {
      require(!reply.error().message.empty() && !reader.take());
      outcome.failed = true;
      return outcome;
    }
    if (*reply) {
      render((*reply)->value(), outcome.replies);
      outcome.replies += (*reply)->cut() ? "cut" : "whole";
    } else if (bytes.empty()) {
      return outcome;
    } else {
      reader.feed(bytes.substr(0, piece));
      bytes.remove_prefix(std::min(piece, bytes.size()));
    }
  }
}

/// A command is a reply, too, and what is put into it comes out again.
void check_command(std::string_view text) {
  std::string command;
  const std::array<std::string_view, 2> arguments{"ECHO", text};
  append_command(command, arguments);
  require(command.size() == command_bytes(arguments));
  ReplyReader reader;
  reader.feed(command);
  const auto reply = reader.take();
  require(reply && *reply && (*reply)->value().size() == 2 && (*reply)->value()[1].text() == text);
  require(!*reader.take());
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > kMaxInputBytes) return 0;
  const std::string bytes(data + 1, data + size);
  require(read(bytes, bytes.size() + 1) == read(bytes, data[0] % 32U + 1U));
  check_clock_line(bytes);
  check_command(bytes);
  return 0;
}
