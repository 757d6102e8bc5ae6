#include "loadtest/stream_parser.h"

#include <algorithm>
#include <charconv>
#include <strings.h>

namespace freshet::loadtest {
namespace {

std::string_view without_return(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && strncasecmp(text.data(), start.data(), start.size()) == 0;
}

/// The value after `field:` and an optional space, when the line is of that field.
bool value_of(std::string_view line, std::string_view field, std::string_view& value) {
  if (!line.starts_with(field)) return false;
  value = line.substr(field.size());
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  return true;
}

}  // namespace

void StreamParser::reset() {
  state_ = State::kHead;
  chunked_ = false;
  status_ = 0;
  chunk_left_ = 0;
  line_.clear();
  id_.clear();
  name_.clear();
  data_.clear();
}

void StreamParser::feed(std::string_view bytes, Sink& sink) {
  while (!bytes.empty()) {
    switch (state_) {
      case State::kHead:
        bytes = feed_head(bytes, sink);
        break;
      case State::kBare:
        return feed_lines(bytes, sink);
      case State::kChunkSize:
      case State::kChunkExtension:
        bytes = feed_chunk_size(bytes);
        break;
      case State::kChunk: {
        const auto part = bytes.substr(0, chunk_left_);
        feed_lines(part, sink);
        chunk_left_ -= part.size();
        bytes.remove_prefix(part.size());
        if (chunk_left_ == 0) state_ = State::kChunkEnd;
        break;
      }
      case State::kChunkEnd:
        if (bytes.front() == '\n') state_ = State::kChunkSize;
        bytes.remove_prefix(1);
        break;
      case State::kEnded:
        return;
    }
  }
}

std::string_view StreamParser::feed_head(std::string_view bytes, Sink& sink) {
  const auto end = bytes.find('\n');
  line_.append(bytes.substr(0, end));
  if (end == std::string_view::npos) return {};
  take_head_line(without_return(line_.view()), sink);
  line_.clear();
  return bytes.substr(end + 1);
}

void StreamParser::take_head_line(std::string_view line, Sink& sink) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  constexpr std::string_view kEncoding = "transfer-encoding:";
  if (status_ == 0) {
    if (line.size() > kVersion.size())
      std::from_chars(line.data() + kVersion.size(), line.data() + line.size(), status_);
    if (status_ == 0) status_ = -1;
  } else if (starts_with_ignoring_case(line, kEncoding)) {
    chunked_ = line.find("chunked") != std::string_view::npos;
  } else if (line.empty()) {
    state_ = chunked_ ? State::kChunkSize : State::kBare;
    sink.on_head(status_);
  }
}

std::string_view StreamParser::feed_chunk_size(std::string_view bytes) {
  while (!bytes.empty()) {
    const char c = bytes.front();
    bytes.remove_prefix(1);
    if (c == '\n') {
      state_ = chunk_left_ == 0 ? State::kEnded : State::kChunk;
      return bytes;
    }
    unsigned digit = 0;
    if (state_ == State::kChunkSize && std::from_chars(&c, &c + 1, digit, 16).ec == std::errc()) {
      chunk_left_ = chunk_left_ * 16 + digit;
    } else {
      state_ = State::kChunkExtension;
    }
  }
  return bytes;
}

void StreamParser::feed_lines(std::string_view bytes, Sink& sink) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos) return line_.append(bytes);
    if (line_.empty()) {
      take_line(without_return(bytes.substr(0, end)), sink);
    } else {
      line_.append(bytes.substr(0, end));
      take_line(without_return(line_.view()), sink);
      line_.clear();
    }
    bytes.remove_prefix(end + 1);
  }
}

void StreamParser::take_line(std::string_view line, Sink& sink) {
  std::string_view value;
  if (line.empty()) {
    if (!id_.empty() || !data_.empty() || !name_.empty()) sink.on_event({id_.view(), name_.view(), data_.view()});
    id_.clear();
    name_.clear();
    data_.clear();
  } else if (value_of(line, "data:", value)) {
    if (data_.empty()) data_.assign(value);
  } else if (value_of(line, "id:", value)) {
    id_.assign(value);
  } else if (value_of(line, "event:", value)) {
    name_.assign(value);
  }
}

}  // namespace freshet::loadtest
