#include "loadtest/url.h"

#include <array>
#include <utility>

namespace freshet::loadtest {

base::Result<Url> Url::parse(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  constexpr std::string_view kUnix = "unix:";
  const auto bad = [&] {
    return base::fail("no http://HOST:PORT/PATH or http://unix:/SOCKET:/PATH: " + std::string(text));
  };
  if (!text.starts_with(kScheme)) return bad();
  const auto rest = text.substr(kScheme.size());
  const bool is_unix = rest.starts_with(kUnix);
  const auto end = is_unix ? rest.find(":/", kUnix.size()) : rest.find('/');
  if (end == std::string_view::npos) return bad();
  auto address = std::string(rest.substr(0, end));
  if (!is_unix && address.find(':') == std::string::npos) address += ":80";
  auto endpoint = Endpoint::parse(address);
  if (!endpoint) return tl::unexpected(endpoint.error());
  const auto host = is_unix ? std::string("localhost") : address;
  return Url{*std::move(endpoint), host, std::string(rest.substr(is_unix ? end + 1 : end))};
}

std::string fill(std::string_view text, const TemplateValues& values) {
  const std::array<std::pair<std::string_view, std::string_view>, 3> names{
      {{"{channel}", values.channel}, {"{i}", values.client}, {"{n}", values.channel_number}}};
  std::string filled;
  while (!text.empty()) {
    const auto brace = text.find('{');
    filled += text.substr(0, brace);
    if (brace == std::string_view::npos) break;
    text.remove_prefix(brace);
    std::size_t taken = 1;
    std::string_view value = text.substr(0, 1);
    for (const auto& [name, meaning] : names) {
      if (meaning.data() == nullptr || !text.starts_with(name)) continue;
      taken = name.size();
      value = meaning;
    }
    filled += value;
    text.remove_prefix(taken);
  }
  return filled;
}

}  // namespace freshet::loadtest
