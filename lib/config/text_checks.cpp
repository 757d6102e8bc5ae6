#include "config/text_checks.h"

#include <algorithm>

#include "base/text.h"

namespace freshet::config {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";

}  // namespace

bool consists_of(std::string_view text, std::string_view extra) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return kLetters.find(c) != std::string_view::npos || kDigits.find(c) != std::string_view::npos ||
           extra.find(c) != std::string_view::npos;
  });
}

bool is_port(std::string_view text) {
  const auto port = base::parse_decimal(text);
  return port && *port >= 1 && *port <= 65535 && text.front() != '0';
}

tl::unexpected<base::Error> refuse(std::string_view text, std::string_view why) {
  return base::fail('"' + base::printable(text) + "\" " + std::string(why));
}

}  // namespace freshet::config
