#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "config/address.h"
#include "config/redis_url.h"
#include "config/text_rules.h"

namespace freshet::config {

/// How values of one type are read and written. `read` accepts what `write` made and gives the same value (except for
/// hidden secrets); its errors name the value and what is allowed.
template <class T>
struct Kind {
  std::function<base::Result<T>(std::string_view)> read;
  std::function<std::string(const T&, Secrets)> write;
  /// Whether YAML needs quotes around what `write` makes.
  bool quoted = false;
};

Kind<std::chrono::milliseconds> duration(std::chrono::milliseconds least, std::chrono::milliseconds most);
Kind<std::size_t> size(std::size_t least, std::size_t most);
Kind<std::size_t> count(std::size_t least, std::size_t most);
Kind<bool> boolean();
Kind<std::string> text(TextRule rule);
Kind<Address> address();
Kind<RedisUrl> redis_url();

/// One of a few words.
template <class E>
Kind<E> choice(std::vector<std::pair<std::string_view, E>> words) {
  auto read = [words](std::string_view given) -> base::Result<E> {
    std::string allowed;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i].first == given) return words[i].second;
      if (i > 0) allowed += i + 1 == words.size() ? " or " : ", ";
      allowed += words[i].first;
    }
    return base::fail('"' + base::printable(given) + "\" must be " + allowed);
  };
  auto write = [words](const E& value, Secrets /*secrets*/) {
    for (const auto& [word, meaning] : words) {
      if (meaning == value) return std::string(word);
    }
    return std::string();
  };
  return {std::move(read), std::move(write), false};
}

}  // namespace freshet::config
