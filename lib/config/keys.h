#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace freshet::config {

enum class Shape { kScalar, kList, kListOrScalar };

/// What is wrong with one of the values given for a key.
struct Fault {
  std::size_t item = 0;
  std::string message;
};

/// One key: where its value lives in Config, how it is read and written. The file, the environment, the flags, the
/// printed configuration and the list of changed keys all follow from it.
struct Key {
  std::string_view path;
  Shape shape = Shape::kScalar;
  /// Whether YAML needs quotes around the values.
  bool quoted = false;
  bool reloadable = false;
  /// Replaces the value when there are no faults. A scalar is given as one item.
  std::function<std::vector<Fault>(Config&, std::span<const std::string>)> set;
  std::function<std::vector<std::string>(const Config&, Secrets)> get;
  /// Gives one configuration the value of another.
  std::function<void(Config& to, const Config& from)> copy;
};

/// All keys, in the order of the file.
const std::vector<Key>& keys();
/// None: nullptr.
const Key* find_key(std::string_view path);

}  // namespace freshet::config
