#include "http/chunk.h"

#include <array>
#include <charconv>

namespace freshet::http {

std::string chunk(std::string_view data) {
  if (data.empty()) return {};
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), data.size(), 16).ptr;
  const std::string_view size(digits.data(), static_cast<std::size_t>(end - digits.data()));
  std::string out;
  out.reserve(size.size() + data.size() + 4);
  out.append(size).append("\r\n").append(data).append("\r\n");
  return out;
}

}  // namespace freshet::http
