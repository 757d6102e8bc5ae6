#include "redis/reply.h"

#include <hiredis/hiredis.h>

#include "base/text.h"

namespace freshet::redis {

Value::Type Value::type() const {
  switch (raw_->type) {
    case REDIS_REPLY_STRING:
      return Type::kString;
    case REDIS_REPLY_STATUS:
      return Type::kStatus;
    case REDIS_REPLY_ERROR:
      return Type::kError;
    case REDIS_REPLY_INTEGER:
      return Type::kInteger;
    case REDIS_REPLY_ARRAY:
      return Type::kArray;
    case REDIS_REPLY_NIL:
      return Type::kNil;
    default:
      return Type::kOther;  // RESP3, which nobody here asks for
  }
}

std::string_view Value::text() const {
  const auto kind = type();
  if (kind != Type::kString && kind != Type::kStatus && kind != Type::kError) return {};
  return {raw_->str, static_cast<std::size_t>(raw_->len)};
}

std::int64_t Value::integer() const { return is(Type::kInteger) ? raw_->integer : 0; }

std::size_t Value::size() const { return is(Type::kArray) ? static_cast<std::size_t>(raw_->elements) : 0; }

Value Value::operator[](std::size_t index) const { return Value(raw_->element[index]); }

std::string Value::describe() const {
  switch (type()) {
    case Type::kString:
    case Type::kStatus:
    case Type::kError:
      return base::printable(text());
    case Type::kInteger:
      return "the integer " + std::to_string(integer());
    case Type::kArray:
      return "an array of " + std::to_string(size());
    case Type::kNil:
      return "nil";
    case Type::kOther:
      break;
  }
  return "a reply of another protocol";
}

void Reply::Free::operator()(redisReply* raw) const { freeReplyObject(raw); }

}  // namespace freshet::redis
