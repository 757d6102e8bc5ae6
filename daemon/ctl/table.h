#pragma once

#include <string>
#include <vector>

#include "ctl/output.h"

namespace freshet::ctl {

/// Lines of equal columns for people: two spaces between them, as wide as the widest cell, numbers to the right.
class Table {
 public:
  struct Column {
    std::string title;
    bool right = false;
  };
  struct Cell {
    std::string text;
    Colour colour = Colour::kNone;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as there are columns, or fewer: the last one may then run on to the end of the line.
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  /// Each line ends with a newline; no line ends with spaces.
  [[nodiscard]] std::string text(const Output& output) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// How many columns of a terminal UTF-8 text takes, each character being one.
std::size_t width(std::string_view text);

}  // namespace freshet::ctl
