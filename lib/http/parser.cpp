#include "http/parser.h"

#include <algorithm>
#include <cstdint>
#include <llhttp.h>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "http/head.h"
#include "http/line_reader.h"

namespace freshet::http {
namespace {

/// Old clients send an empty line after a body; more than a few are somebody's game.
constexpr int kMaxBlankLines = 4;
/// A chunk's size in hex and its CRLF. What goes beyond (extensions, leading zeros) is paid for out of the head's
/// bytes.
constexpr std::size_t kChunkLineBytes = 18;
/// Room for so many headers is made at once.
constexpr std::size_t kUsualHeaders = 8;

}  // namespace

/// llhttp is given whole lines, and of a body never a byte more than what the lines before have announced. So both
/// readers, it and this one, have to agree on where the request ends, and the outcome cannot depend on how TCP cut it.
struct Parser::Core {
  enum class Phase { kRequestLine, kHeaders, kBody, kChunkLine, kChunkData, kTrailers, kComplete, kFailed };

  explicit Core(Limits given) : limits(given), line_budget(given.head_bytes) {
    llhttp_init(&machine, HTTP_REQUEST, &kSettings);
    machine.data = this;
  }

  std::size_t feed(std::string_view bytes);
  std::size_t feed_line(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);

  void on_line(std::string_view line);
  void on_request_line(std::string_view line);
  void on_field(std::string_view line);
  void on_head_end(std::string_view line);
  void on_chunk_line(std::string_view line);
  void on_too_long();
  void finish();

  bool run(std::string_view bytes);
  void fail(int status, std::string detail);

  static Core& of(llhttp_t* machine) { return *static_cast<Core*>(machine->data); }
  static int on_name(llhttp_t* machine, const char* at, std::size_t size);
  static int on_value(llhttp_t* machine, const char* at, std::size_t size);
  static int on_headers_complete(llhttp_t* machine);
  static int on_body(llhttp_t* machine, const char* at, std::size_t size);
  static int on_chunk_header(llhttp_t* machine);
  static int on_message_complete(llhttp_t* machine);
  static const llhttp_settings_t kSettings;

  Limits limits;
  Phase phase = Phase::kRequestLine;
  llhttp_t machine{};
  LineReader line;
  std::size_t line_budget;  // bytes that lines may still take, of the head first and then of trailers and extensions
  std::size_t fields = 0;
  int blank_lines = 0;
  std::uint64_t awaited = 0;                // bytes of the body, or of the chunk with its CRLF, that are still to come
  std::optional<std::uint64_t> chunk_size;  // as llhttp has read it from the present chunk line
  bool expects_continue = false;
  bool machine_complete = false;
  std::optional<std::string> authority;
  Request request;
  Problem problem;
};

constinit const llhttp_settings_t Parser::Core::kSettings = [] {
  llhttp_settings_t settings{};
  settings.on_header_field = on_name;
  settings.on_header_value = on_value;
  settings.on_headers_complete = on_headers_complete;
  settings.on_body = on_body;
  settings.on_chunk_header = on_chunk_header;
  settings.on_message_complete = on_message_complete;
  return settings;
}();

std::size_t Parser::Core::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && phase != Phase::kComplete && phase != Phase::kFailed) {
    const auto rest = bytes.substr(used);
    used += phase == Phase::kBody || phase == Phase::kChunkData ? feed_body(rest) : feed_line(rest);
  }
  return used;
}

std::size_t Parser::Core::feed_line(std::string_view bytes) {
  const auto kind = phase == Phase::kRequestLine ? LineReader::Kind::kRequestLine : LineReader::Kind::kField;
  const auto limit = line_budget + (phase == Phase::kChunkLine ? kChunkLineBytes : 0);
  std::size_t used = 0;
  switch (line.feed(bytes, used, kind, limit)) {
    case LineReader::Status::kNeedMore:
      break;
    case LineReader::Status::kLine:
      on_line(line.line());
      line.clear();
      break;
    case LineReader::Status::kBadByte:
      fail(400, "a control byte, or a line that does not end with CRLF");
      break;
    case LineReader::Status::kTooLong:
      on_too_long();
      break;
  }
  return used;
}

void Parser::Core::on_line(std::string_view text) {
  if (phase == Phase::kChunkLine) {
    line_budget -= text.size() - std::min(text.size(), kChunkLineBytes);
    return on_chunk_line(text);
  }
  const bool blank = text == "\r\n";
  if (phase == Phase::kRequestLine && blank) {
    if (++blank_lines > kMaxBlankLines) fail(400, "empty lines in the place of a request");
    return;
  }
  line_budget -= text.size();
  if (phase == Phase::kRequestLine) return on_request_line(text);
  if (!blank) return on_field(text);
  if (phase == Phase::kHeaders) return on_head_end(text);
  if (run(text)) finish();
}

void Parser::Core::on_request_line(std::string_view text) {
  auto read = read_request_line(text.substr(0, text.size() - 2));
  if (!read) return fail(read.error().status, std::move(read.error().detail));
  if (!run(text)) {
    const auto error = llhttp_get_errno(&machine);
    // A sound line all the same, with a method that llhttp has never heard of, or not from HTTP.
    if (error == HPE_INVALID_METHOD || error == HPE_INVALID_CONSTANT) fail(501, "unknown method");
    return;
  }
  request.method = std::move(read->method);
  request.path = std::move(read->target.path);
  request.query = std::move(read->target.query);
  authority = std::move(read->target.authority);
  request.minor_version = read->minor_version;
  phase = Phase::kHeaders;
}

void Parser::Core::on_field(std::string_view text) {
  // llhttp takes an empty name, and a folded line as the rest of the one before.
  if (!is_token(text.substr(0, text.find(':')))) return fail(400, "a malformed or folded header line");
  if (++fields > kMaxHeaders) return fail(431, "more than " + std::to_string(kMaxHeaders) + " headers");
  if (phase == Phase::kHeaders) {
    if (request.headers.empty()) request.headers.reserve(kUsualHeaders);
    request.headers.emplace_back();
  }
  if (!run(text)) return;
  if (phase == Phase::kHeaders) {
    auto& value = request.headers.back().value;
    const auto trimmed = base::trim(value);
    if (trimmed.size() < value.size()) value = std::string(trimmed);
  }
}

void Parser::Core::on_head_end(std::string_view text) {
  const auto framing = read_framing(request);
  if (!framing) return fail(framing.error().status, framing.error().detail);
  if (framing->body_bytes > limits.body_bytes) {
    return fail(413, "the body is larger than " + std::to_string(limits.body_bytes) + " bytes");
  }
  if (!run(text)) return;
  if (authority) {
    std::erase_if(request.headers, [](const Header& h) { return base::equals_ignoring_case(h.name, "Host"); });
    request.headers.insert(request.headers.begin(), {"Host", std::move(*authority)});
  }
  expects_continue = framing->expects_continue;
  awaited = framing->body_bytes;
  line_budget = limits.head_bytes;
  if (framing->chunked) {
    phase = Phase::kChunkLine;
  } else if (awaited > 0) {
    phase = Phase::kBody;
  } else {
    finish();
  }
}

void Parser::Core::on_chunk_line(std::string_view text) {
  expects_continue = false;
  chunk_size.reset();
  if (!run(text)) return;
  if (!chunk_size) return fail(400, "malformed chunk");
  if (*chunk_size > limits.body_bytes - request.body.size()) {
    return fail(413, "the body is larger than " + std::to_string(limits.body_bytes) + " bytes");
  }
  awaited = *chunk_size + 2;
  phase = *chunk_size == 0 ? Phase::kTrailers : Phase::kChunkData;
}

std::size_t Parser::Core::feed_body(std::string_view bytes) {
  expects_continue = false;
  const auto part = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), awaited));
  if (!run(part)) return part.size();
  awaited -= part.size();
  if (awaited == 0) {
    if (phase == Phase::kBody) {
      finish();
    } else {
      phase = Phase::kChunkLine;
    }
  }
  return part.size();
}

void Parser::Core::on_too_long() {
  switch (phase) {
    case Phase::kRequestLine:
      return fail(414, "the request line is longer than " + std::to_string(limits.head_bytes) + " bytes");
    case Phase::kChunkLine:
      return fail(413, "too many bytes of chunk extensions");
    default:
      return fail(431, "the headers are longer than " + std::to_string(limits.head_bytes) + " bytes");
  }
}

void Parser::Core::finish() {
  if (!machine_complete) return fail(400, "malformed request");
  phase = Phase::kComplete;
  expects_continue = false;
}

bool Parser::Core::run(std::string_view bytes) {
  if (!machine_complete && llhttp_execute(&machine, bytes.data(), bytes.size()) == HPE_OK) return true;
  const char* reason = llhttp_get_error_reason(&machine);
  fail(400, std::string("malformed request: ") + (reason != nullptr ? reason : "unexpected bytes"));
  return false;
}

void Parser::Core::fail(int status, std::string detail) {
  phase = Phase::kFailed;
  expects_continue = false;
  problem = {.status = status, .detail = std::move(detail)};
}

int Parser::Core::on_name(llhttp_t* machine, const char* at, std::size_t size) {
  auto& core = of(machine);
  if (core.phase == Phase::kHeaders) core.request.headers.back().name.append(at, size);
  return 0;
}

int Parser::Core::on_value(llhttp_t* machine, const char* at, std::size_t size) {
  auto& core = of(machine);
  if (core.phase == Phase::kHeaders && size > 0) core.request.headers.back().value.append(at, size);
  return 0;
}

int Parser::Core::on_headers_complete(llhttp_t* machine) {
  auto& core = of(machine);
  core.request.keep_alive =
      llhttp_should_keep_alive(machine) != 0 && (machine->flags & std::uint16_t{F_CONNECTION_CLOSE}) == 0;
  machine->upgrade = 0;  // an offer that is not taken up: the bytes that follow are HTTP still
  return 0;
}

int Parser::Core::on_body(llhttp_t* machine, const char* at, std::size_t size) {
  of(machine).request.body.append(at, size);
  return 0;
}

int Parser::Core::on_chunk_header(llhttp_t* machine) {
  of(machine).chunk_size = machine->content_length;
  return 0;
}

int Parser::Core::on_message_complete(llhttp_t* machine) {
  of(machine).machine_complete = true;
  return 0;
}

Parser::Parser(Limits limits) : core_(std::make_unique<Core>(limits)) {}
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;
Parser::~Parser() = default;

Parser::Status Parser::feed(std::string_view bytes, std::size_t& consumed) {
  consumed = core_->feed(bytes);
  switch (core_->phase) {
    case Core::Phase::kComplete:
      return Status::kComplete;
    case Core::Phase::kFailed:
      return Status::kFailed;
    default:
      return Status::kNeedMore;
  }
}

bool Parser::started() const {
  if (core_->phase != Core::Phase::kRequestLine) return true;
  const auto line = core_->line.line();
  return !line.empty() && line.front() != '\r';
}

bool Parser::wants_continue() const { return core_->expects_continue && core_->line.line().empty(); }

Request Parser::take() { return std::move(core_->request); }

const Request& Parser::so_far() const { return core_->request; }

const Problem& Parser::problem() const { return core_->problem; }

}  // namespace freshet::http
