#include "config/kinds.h"

#include "base/text.h"
#include "config/units.h"

namespace freshet::config {
namespace {

std::string write_count(std::size_t value) { return std::to_string(value); }

base::Result<std::size_t> parse_count(std::string_view text) {
  const auto value = base::parse_decimal(text);
  if (!value) return base::fail('"' + base::printable(text) + "\" is not a whole number");
  return static_cast<std::size_t>(*value);
}

/// A kind of values with an order, between two bounds.
template <class T>
Kind<T> bounded(base::Result<T> (*parse)(std::string_view), std::string (*format)(T), T least, T most) {
  auto read = [=](std::string_view text) -> base::Result<T> {
    auto value = parse(text);
    if (!value || (least <= *value && *value <= most)) return value;
    return base::fail('"' + base::printable(text) + "\" is out of range (" + format(least) + " to " + format(most) +
                      ')');
  };
  return {std::move(read), [format](const T& value, Secrets /*secrets*/) { return format(value); }, false};
}

}  // namespace

Kind<std::chrono::milliseconds> duration(std::chrono::milliseconds least, std::chrono::milliseconds most) {
  return bounded(parse_duration, format_duration, least, most);
}

Kind<std::size_t> size(std::size_t least, std::size_t most) { return bounded(parse_size, format_size, least, most); }

Kind<std::size_t> count(std::size_t least, std::size_t most) { return bounded(parse_count, write_count, least, most); }

Kind<bool> boolean() { return choice<bool>({{"true", true}, {"false", false}}); }

Kind<std::string> text(TextRule rule) {
  return {rule, [](const std::string& value, Secrets /*secrets*/) { return value; }, true};
}

Kind<Address> address() {
  return {parse_address, [](const Address& value, Secrets /*secrets*/) { return to_string(value); }, true};
}

Kind<RedisUrl> redis_url() {
  return {parse_redis_url, [](const RedisUrl& value, Secrets secrets) { return to_string(value, secrets); }, true};
}

}  // namespace freshet::config
