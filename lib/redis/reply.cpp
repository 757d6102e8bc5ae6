#include "redis/reply.h"

#include "base/text.h"

namespace freshet::redis {

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

}  // namespace freshet::redis
