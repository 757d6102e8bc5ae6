#include "redis/codec.h"

#include <hiredis/hiredis.h>
#include <new>
#include <utility>
#include <vector>

namespace freshet::redis {
namespace {

using ObjectFunctions = redisReplyObjectFunctions;

struct CloseReader {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};

}  // namespace

/// hiredis' reader with its own objects, but for arrays, whose memory it would take as soon as a size is announced.
struct ReplyReader::Hiredis {
  Hiredis() : reader(redisReaderCreate()) {
    if (reader == nullptr) throw std::bad_alloc();
    defaults = reader->fn;
    functions = *defaults;
    bound_arrays(functions.createArray);
    reader->fn = &functions;
    reader->privdata = this;
  }

  /// The size is an int in hiredis 0.14 and a size_t in 1.x.
  template <class Size>
  void bound_arrays(void* (*&create)(const redisReadTask*, Size)) {
    create = [](const redisReadTask* task, Size size) -> void* {
      auto* self = static_cast<Hiredis*>(task->privdata);
      if (static_cast<std::size_t>(size) <= kMaxElements) return self->defaults->createArray(task, size);
      self->refused_elements = static_cast<std::size_t>(size);
      return nullptr;
    };
  }

  ObjectFunctions functions{};
  const ObjectFunctions* defaults = nullptr;
  std::size_t refused_elements = 0;
  std::unique_ptr<redisReader, CloseReader> reader;  // last: it frees an unfinished reply with the functions
};

ReplyReader::ReplyReader(std::size_t max_reply_bytes)
    : hiredis_(std::make_unique<Hiredis>()), max_reply_bytes_(max_reply_bytes) {}

ReplyReader::~ReplyReader() = default;

void ReplyReader::feed(std::string_view bytes) {
  if (error_ || bytes.empty()) return;
  pending_bytes_ += bytes.size();
  if (redisReaderFeed(hiredis_->reader.get(), bytes.data(), bytes.size()) != REDIS_OK) throw std::bad_alloc();
}

base::Result<std::optional<Reply>> ReplyReader::take() {
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
  if (raw != nullptr) {
    pending_bytes_ = reader.len - reader.pos;
    return std::optional<Reply>(std::in_place, static_cast<redisReply*>(raw));
  }
  if (pending_bytes_ > max_reply_bytes_) {
    error_ = base::Error{"a reply of more than " + std::to_string(max_reply_bytes_) + " bytes"};
    return tl::unexpected<base::Error>(*error_);
  }
  return std::optional<Reply>();
}

void append_command(std::string& out, std::span<const std::string_view> arguments) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  texts.reserve(arguments.size());
  sizes.reserve(arguments.size());
  for (const auto argument : arguments) {
    texts.push_back(argument.data());
    sizes.push_back(argument.size());
  }
  char* command = nullptr;
  const auto size = redisFormatCommandArgv(&command, static_cast<int>(arguments.size()), texts.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  out.append(command, static_cast<std::size_t>(size));
  redisFreeCommand(command);
}

}  // namespace freshet::redis
