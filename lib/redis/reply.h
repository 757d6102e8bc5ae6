#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct redisReply;

namespace freshet::redis {

/// A look at a reply or a part of one; valid as long as the Reply.
class Value {
 public:
  enum class Type : std::uint8_t { kString, kStatus, kError, kInteger, kArray, kNil, kOther };

  explicit Value(const redisReply* raw) : raw_(raw) {}

  [[nodiscard]] Type type() const;
  [[nodiscard]] bool is(Type wanted) const { return type() == wanted; }
  [[nodiscard]] bool is_error() const { return is(Type::kError); }
  /// Of a string, a status or an error; empty for everything else.
  [[nodiscard]] std::string_view text() const;
  /// 0 for everything but an integer.
  [[nodiscard]] std::int64_t integer() const;
  /// The elements of an array; 0 for everything else.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] Value operator[](std::size_t index) const;
  /// For error messages: the text, or what kind of reply it is; printable and short.
  [[nodiscard]] std::string describe() const;

 private:
  const redisReply* raw_;
};

/// A whole reply, and the owner of its bytes.
class Reply {
 public:
  explicit Reply(redisReply* raw) : raw_(raw) {}

  [[nodiscard]] Value value() const { return Value(raw_.get()); }

 private:
  struct Free {
    void operator()(redisReply* raw) const;
  };

  std::unique_ptr<redisReply, Free> raw_;
};

}  // namespace freshet::redis
