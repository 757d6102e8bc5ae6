#include "redis/codec.h"

#include <array>
#include <charconv>
#include <hiredis/hiredis.h>
#include <new>
#include <utility>
#include <vector>

namespace freshet::redis {
namespace {

/// Storage that a reply needed once is kept for the next one up to this size.
constexpr std::size_t kKeptBytes = std::size_t{1} << 20U;

struct CloseReader {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};

std::size_t depth_of(const redisReadTask& task) {
  std::size_t depth = 0;
  for (const auto* outer = task.parent; outer != nullptr; outer = outer->parent) ++depth;
  return depth;
}

}  // namespace

/// hiredis' reader, which puts what it reads into a Reply instead of making a tree of its own objects.
struct ReplyReader::Hiredis {
  explicit Hiredis(std::size_t max_reply_bytes) : max_bytes(max_reply_bytes), reader(redisReaderCreate()) {
    if (reader == nullptr) throw std::bad_alloc();
    functions.createString = [](const redisReadTask* task, char* text, std::size_t size) -> void* {
      return self(task).put_text(*task, {text, size});
    };
    functions.createInteger = [](const redisReadTask* task, long long value) -> void* {
      self(task).place(*task) = {Value::Type::kInteger, 0, value};
      return task->privdata;
    };
    functions.createNil = [](const redisReadTask* task) -> void* {
      self(task).place(*task) = {Value::Type::kNil, 0, 0};
      return task->privdata;
    };
    functions.freeObject = [](void* /*object*/) {};
    set_array_function(functions.createArray);
    reader->fn = &functions;
    reader->privdata = this;
  }

  static Hiredis& self(const redisReadTask* task) { return *static_cast<Hiredis*>(task->privdata); }

  /// The size is an int in hiredis 0.14 and a size_t in 1.x.
  template <class Size>
  void set_array_function(void* (*&create)(const redisReadTask*, Size)) {
    create = [](const redisReadTask* task, Size size) -> void* {
      return self(task).put_array(*task, static_cast<std::size_t>(size));
    };
  }

  /// Where the thing that is being read belongs: among the elements of its array, or at the root of a new reply.
  Reply::Node& place(const redisReadTask& task) {
    if (task.parent != nullptr) return reply.nodes_[elements[depth_of(task) - 1] + static_cast<std::size_t>(task.idx)];
    if (reply.texts_.capacity() > kKeptBytes || reply.nodes_.capacity() * sizeof(Reply::Node) > kKeptBytes) reply = {};
    reply.cut_ = false;
    reply.texts_.clear();
    reply.nodes_.assign(1, {});
    return reply.nodes_.front();
  }

  void* put_text(const redisReadTask& task, std::string_view text) {
    using Type = Value::Type;
    const auto type = task.type == REDIS_REPLY_STRING   ? Type::kString
                      : task.type == REDIS_REPLY_STATUS ? Type::kStatus
                      : task.type == REDIS_REPLY_ERROR  ? Type::kError
                                                        : Type::kOther;
    auto& node = place(task);
    const auto wanted = reply.texts_.size() + text.size();
    reply.cut_ = reply.cut_ || (wanted > max_bytes && !reply.texts_.empty());
    if (reply.cut_) {
      node = {Value::Type::kNil, 0, 0};
      return this;
    }
    node = {type, static_cast<std::uint32_t>(text.size()), static_cast<std::int64_t>(reply.texts_.size())};
    reply.texts_.insert(reply.texts_.end(), text.begin(), text.end());
    return this;
  }

  void* put_array(const redisReadTask& task, std::size_t size) {
    auto& node = place(task);
    const auto first = reply.nodes_.size();
    if (size > kMaxElements || first + size > kMaxElements + 1) {
      refused_elements = size;
      return nullptr;
    }
    node = {Value::Type::kArray, static_cast<std::uint32_t>(size), static_cast<std::int64_t>(first)};
    const auto depth = depth_of(task);
    if (elements.size() <= depth) elements.resize(depth + 1);
    elements[depth] = first;
    reply.nodes_.resize(first + size);
    return this;
  }

  const std::size_t max_bytes;  ///< of a reply's texts
  redisReplyObjectFunctions functions{};
  Reply reply;                        ///< the latest, whole or not
  std::vector<std::size_t> elements;  ///< of the arrays that are being read, from the outermost on: where they begin
  std::size_t refused_elements = 0;
  std::unique_ptr<redisReader, CloseReader> reader;  // last: it frees an unfinished reply with the functions
};

ReplyReader::ReplyReader(std::size_t max_reply_bytes, std::size_t max_text_bytes)
    : hiredis_(std::make_unique<Hiredis>(max_reply_bytes)), max_text_bytes_(max_text_bytes) {}

ReplyReader::~ReplyReader() = default;

void ReplyReader::feed(std::string_view bytes) {
  if (error_ || bytes.empty()) return;
  if (redisReaderFeed(hiredis_->reader.get(), bytes.data(), bytes.size()) != REDIS_OK) throw std::bad_alloc();
}

base::Result<Reply*> ReplyReader::take() {
  if (error_) return tl::unexpected<base::Error>(*error_);
  auto& reader = *hiredis_->reader;
  void* raw = nullptr;
  if (redisReaderGetReply(&reader, &raw) != REDIS_OK) {
    error_ = hiredis_->refused_elements > 0
                 ? base::Error{"an array of " + std::to_string(hiredis_->refused_elements) + " elements, at most " +
                               std::to_string(kMaxElements) + " are taken"}
                 : base::Error{reader.errstr};
    return tl::unexpected<base::Error>(*error_);
  }
  if (raw != nullptr && raw != hiredis_.get()) {  // hiredis 1.x reads RESP3, too, which nobody here asks for
    error_ = base::Error{"a reply of another protocol"};
    return tl::unexpected<base::Error>(*error_);
  }
  if (raw != nullptr) return &hiredis_->reply;
  if (reader.len - reader.pos > max_text_bytes_) {
    error_ = base::Error{"a text of more than " + std::to_string(max_text_bytes_) + " bytes"};
    return tl::unexpected<base::Error>(*error_);
  }
  return nullptr;
}

void append_command(std::string& out, std::span<const std::string_view> arguments) {
  std::array<char, 20> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
  const auto put_size = [&](char kind, std::size_t size) {
    out += kind;
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), size).ptr);
    out += "\r\n";
  };
  put_size('*', arguments.size());
  for (const auto argument : arguments) {
    put_size('$', argument.size());
    out += argument;
    out += "\r\n";
  }
}

std::size_t command_bytes(std::span<const std::string_view> arguments) {
  const auto size_line = [](std::size_t size) {
    std::size_t bytes = std::string_view("*0\r\n").size();
    for (; size > 9; size /= 10) ++bytes;
    return bytes;
  };
  auto bytes = size_line(arguments.size());
  for (const auto argument : arguments) bytes += size_line(argument.size()) + argument.size() + 2;
  return bytes;
}

}  // namespace freshet::redis
