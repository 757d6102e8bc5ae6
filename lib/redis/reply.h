#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::redis {

/// A look at a reply or a part of one; valid as long as the Reply, or what it was moved into.
class Value {
 public:
  enum class Type : std::uint8_t { kString, kStatus, kError, kInteger, kArray, kNil, kOther };

  [[nodiscard]] Type type() const { return node_->type; }
  [[nodiscard]] bool is(Type wanted) const { return type() == wanted; }
  [[nodiscard]] bool is_error() const { return is(Type::kError); }
  /// Of a string, a status or an error; empty for everything else.
  [[nodiscard]] std::string_view text() const {
    const bool has_text = is(Type::kString) || is(Type::kStatus) || is(Type::kError);
    return has_text ? std::string_view(texts_ + node_->number, node_->size) : std::string_view();
  }
  /// 0 for everything but an integer.
  [[nodiscard]] std::int64_t integer() const { return is(Type::kInteger) ? node_->number : 0; }
  /// The elements of an array; 0 for everything else.
  [[nodiscard]] std::size_t size() const { return is(Type::kArray) ? node_->size : 0; }
  /// An element of an array, below its size.
  [[nodiscard]] Value operator[](std::size_t index) const {
    return {nodes_, nodes_ + node_->number + static_cast<std::ptrdiff_t>(index), texts_};
  }
  /// For error messages: the text, or what kind of reply it is; printable and short.
  [[nodiscard]] std::string describe() const;

 private:
  friend class Reply;

  struct Node {
    Type type = Type::kOther;
    std::uint32_t size = 0;   ///< of a text in bytes, of an array in elements
    std::int64_t number = 0;  ///< an integer; or where in the reply's texts or nodes this one's begin
  };

  Value(const Node* nodes, const Node* node, const char* texts) : nodes_(nodes), node_(node), texts_(texts) {}

  const Node* nodes_;
  const Node* node_;
  const char* texts_;
};

/// A whole reply, and the owner of its bytes: a tree laid out flat, in two pieces of memory that can be used again.
class Reply {
 public:
  [[nodiscard]] Value value() const { return {nodes_.data(), nodes_.data(), texts_.data()}; }
  /// Whether it was larger than its reader's bound: the texts up to there are whole, and all later ones are nil.
  [[nodiscard]] bool cut() const { return cut_; }

 private:
  friend class ReplyReader;
  using Node = Value::Node;

  bool cut_ = false;

  std::vector<Node> nodes_;  ///< first the reply itself; an array's elements are neighbours
  std::vector<char> texts_;
};

}  // namespace freshet::redis
