#pragma once

#include <optional>
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
    unsigned goes = 0;  ///< where there is no room for all, the column of 1 goes first; that of 0 stays
  };
  struct Cell {
    std::string text;
    Colour colour = Colour::kNone;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as there are columns, or fewer: the last one may then run on to the end of the line.
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  /// Each line ends with a newline; no line ends with spaces. Columns that may go do until the others fit into `room`,
  /// if one is given.
  [[nodiscard]] std::string text(const Output& output, std::optional<std::size_t> room = std::nullopt) const;

 private:
  /// How wide each column is.
  [[nodiscard]] std::vector<std::size_t> widths() const;
  [[nodiscard]] Table narrowed_to(std::size_t room) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// How many columns of a terminal UTF-8 text takes, each character being one.
std::size_t width(std::string_view text);

}  // namespace freshet::ctl
