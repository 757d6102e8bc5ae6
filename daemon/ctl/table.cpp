#include "ctl/table.h"

#include <algorithm>
#include <numeric>

namespace freshet::ctl {

std::size_t width(std::string_view text) {
  const auto begins = [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths;
  for (const auto& column : columns_) widths.push_back(width(column.title));
  for (const auto& row : rows_) {
    // What runs on to the end of the line does not widen its column.
    const auto aligned = row.size() < columns_.size() ? row.size() - 1 : row.size();
    for (std::size_t i = 0; i < aligned; ++i) widths[i] = std::max(widths[i], width(row[i].text));
  }
  return widths;
}

Table Table::narrowed_to(std::size_t room) const {
  auto table = *this;
  for (;;) {
    const auto widths = table.widths();
    const auto needed = std::accumulate(widths.begin(), widths.end(), 2 * (widths.size() - 1));
    std::size_t next = table.columns_.size();
    for (std::size_t i = 0; i < table.columns_.size(); ++i) {
      const auto goes = table.columns_[i].goes;
      if (goes != 0 && (next == table.columns_.size() || goes < table.columns_[next].goes)) next = i;
    }
    if (needed <= room || next == table.columns_.size()) return table;
    for (auto& row : table.rows_) {
      if (row.size() == table.columns_.size()) row.erase(row.begin() + static_cast<std::ptrdiff_t>(next));
    }
    table.columns_.erase(table.columns_.begin() + static_cast<std::ptrdiff_t>(next));
  }
}

std::string Table::text(const Output& output, std::optional<std::size_t> room) const {
  if (room) return narrowed_to(*room).text(output);
  const auto widths = this->widths();
  std::string lines;
  const auto add = [&](const std::vector<Cell>& row) {
    std::string line;
    std::string gap;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto free = widths[i] - std::min(widths[i], width(row[i].text));
      const bool right = columns_[i].right && row.size() == columns_.size();
      if (right) gap.append(free, ' ');
      if (!row[i].text.empty()) {
        line += gap + output.paint(row[i].colour, row[i].text);
        gap.clear();
      }
      gap.append(right ? 2 : free + 2, ' ');
    }
    lines += line + '\n';
  };
  std::vector<Cell> head;
  for (const auto& column : columns_) head.push_back({column.title, Colour::kBold});
  add(head);
  for (const auto& row : rows_) add(row);
  return lines;
}

}  // namespace freshet::ctl
