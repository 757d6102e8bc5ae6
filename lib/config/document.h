#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::config {

/// A YAML node as the loader needs it: no types beyond text, but with lines.
struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  /// Counted from 1. Of a map's value: where the value begins.
  int line = 1;
  /// Of a scalar, as written: nothing is substituted yet.
  std::string text;
  /// A list's items, or a map's values.
  std::vector<YamlNode> children;
  /// Of a map: the names of `children`, each once, and the lines on which they stand.
  std::vector<std::string> names;
  std::vector<int> name_lines;
};

struct Problem {
  int line = 0;
  std::string message;
};

struct Document {
  YamlNode root;
  /// What YAML allows and this format does not (duplicate keys, anchors, aliases, tags, several documents), and at
  /// most one syntax error, at which reading stopped and `root` is empty.
  std::vector<Problem> problems;
};

/// Never throws; an empty text is an empty document. `text` is UTF-8 without NUL, at most kMaxDocumentBytes.
Document read_document(std::string_view text);

inline constexpr std::size_t kMaxDocumentBytes = std::size_t{1} << 20;

}  // namespace freshet::config
