#include "config/load.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "config/check.h"
#include "config/document.h"
#include "config/environment.h"
#include "config/keys.h"
#include "config/substitute.h"
#include "config/suggest.h"
#include "config/text_rules.h"

namespace freshet::config {
namespace {

constexpr std::string_view kBackplaneType = "backplane.type";
constexpr std::string_view kRedisSection = "backplane.redis.";
constexpr std::string_view kDev = "dev";

/// Where a value comes from, for people; empty: nowhere, it is a default.
struct Place {
  std::string text;
  bool is_a_flag = false;
};

/// One value and the place that it comes from.
struct Given {
  std::string text;
  Place where;
};

/// Puts the sources on top of each other, lowest first, and collects what is wrong with them. Lives for one load.
class Loader {
 public:
  explicit Loader(const Sources& sources) : sources_(sources) {}

  void read_file_text(std::string_view text, std::string_view name);
  void read_environment();
  void read_flags();
  /// The file could not be taken in as a whole.
  void fail_file(const Place& where, std::string_view message);
  void fail(const Place& where, std::string_view path, std::string_view message);
  /// The checks that need all values, then the result.
  Loaded finish(const Inspection& inspect);

 private:
  void read_section(const YamlNode& node, const std::string& path);
  void read_member(const YamlNode& node, const std::string& path, int name_line, std::string_view name,
                   const std::string& section);
  void read_value(const Key& key, const YamlNode& node, int name_line);
  void set(const Key& key, const std::vector<Given>& given, const Place& where);
  void check_type_is_chosen();
  void inspect_files(const Inspection& inspect);
  [[nodiscard]] Place at_line(int line) const;

  const Sources& sources_;
  Config config_;
  std::vector<Mistake> mistakes_;
  std::string file_name_;
  /// Whether the values of the file are missing, so that checks between keys would be guesses.
  bool file_missing_ = false;
  /// Where the value in force of each key that was given comes from.
  std::map<std::string_view, Place> origins_;
  /// Keys of which some source has a value that cannot be used.
  std::set<std::string_view> broken_;
};

/// The names that may stand directly in `section` ("" or "streams").
std::vector<std::string> names_in(std::string_view section) {
  const auto prefix = section.empty() ? std::string() : std::string(section) + '.';
  std::vector<std::string> names;
  for (const auto& key : keys()) {
    if (!key.path.starts_with(prefix)) continue;
    auto name = std::string(base::split(key.path.substr(prefix.size()), '.').front());
    if (names.empty() || names.back() != name) names.push_back(std::move(name));
  }
  return names;
}

void Loader::fail(const Place& where, std::string_view path, std::string_view message) {
  std::string text = where.text;
  if (!path.empty()) text.append(text.empty() ? "" : ": ").append(path);
  mistakes_.push_back({text.append(": ").append(message), where.is_a_flag});
}

void Loader::fail_file(const Place& where, std::string_view message) {
  fail(where, "", message);
  file_missing_ = true;
}

Place Loader::at_line(int line) const { return {line > 0 ? file_name_ + ':' + std::to_string(line) : file_name_}; }

void Loader::set(const Key& key, const std::vector<Given>& given, const Place& where) {
  std::vector<std::string> texts;
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (const auto encoded = check_encoding(given[i].text); !encoded) faults.push_back({i, encoded.error().message});
    texts.push_back(given[i].text);
  }
  if (faults.empty()) faults = key.set(config_, texts);
  for (const auto& fault : faults) {
    auto path = std::string(key.path);
    if (given.size() > 1) path.append("[").append(std::to_string(fault.item)).append("]");
    fail(given[fault.item].where, path, fault.message);
    broken_.insert(key.path);
  }
  origins_[key.path] = where;
}

void Loader::read_file_text(std::string_view text, std::string_view name) {
  file_name_ = name;
  if (text.size() > kMaxDocumentBytes) return fail_file({file_name_}, "is larger than 1 MiB");
  int line = 0;
  for (auto rest : base::split(text, '\n')) {
    ++line;
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    if (const auto encoded = check_encoding(rest, "\t"); !encoded) {
      return fail_file(at_line(line), encoded.error().message);
    }
  }
  const auto document = read_document(text);
  for (const auto& problem : document.problems) fail_file(at_line(problem.line), problem.message);
  if (document.root.kind != YamlNode::Kind::kNull && document.root.kind != YamlNode::Kind::kMap) {
    return fail_file(at_line(document.root.line), "the file must hold keys with values (try listen: 127.0.0.1:8080)");
  }
  read_section(document.root, "");
}

void Loader::read_section(const YamlNode& node, const std::string& path) {
  for (std::size_t i = 0; i < node.names.size(); ++i) {
    const auto& name = node.names[i];
    auto inner = path;
    if (!inner.empty()) inner += '.';
    inner += name;
    read_member(node.children[i], inner, node.name_lines[i], name, path);
  }
}

void Loader::read_member(const YamlNode& node, const std::string& path, int name_line, std::string_view name,
                         const std::string& section) {
  const auto names = names_in(section);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    if (path == kDev) return fail(at_line(name_line), path, "is a flag only (--dev)");
    return fail(at_line(name_line), base::printable(path), "unknown key" + suggestion(name, names));
  }
  if (const auto* key = find_key(path)) return read_value(*key, node, name_line);
  if (node.kind == YamlNode::Kind::kMap || node.kind == YamlNode::Kind::kNull) return read_section(node, path);
  fail(at_line(node.line), path, "is a section, not a value (its keys go below it, indented)");
}

void Loader::read_value(const Key& key, const YamlNode& node, int name_line) {
  const auto refuse = [&](const YamlNode& at, std::string_view message) {
    fail(at_line(at.kind == YamlNode::Kind::kNull ? name_line : at.line), key.path, message);
    broken_.insert(key.path);
  };
  const bool is_list = node.kind == YamlNode::Kind::kList;
  if (node.kind == YamlNode::Kind::kMap) return refuse(node, "is a value, not a section");
  if (node.kind == YamlNode::Kind::kNull) {
    return refuse(node, key.shape == Shape::kScalar ? "has no value" : "has no value (write [] for none)");
  }
  if (is_list && key.shape == Shape::kScalar) return refuse(node, "takes one value, not a list");
  if (!is_list && key.shape == Shape::kList) return refuse(node, "is a list (write [\"…\", \"…\"])");

  std::vector<Given> given;
  for (const auto& item : is_list ? node.children : std::vector<YamlNode>{node}) {
    if (item.kind != YamlNode::Kind::kScalar) return refuse(item, "has an item that is not a single value");
    const auto text = substitute(item.text, sources_.env);
    if (!text) return refuse(item, text.error().message);
    given.push_back({*text, at_line(item.line)});
  }
  set(key, given, at_line(name_line));
}

void Loader::read_environment() {
  std::map<std::string, const Key*> by_name;
  std::vector<std::string> names;
  for (const auto& key : keys()) {
    names.push_back(env_name(key.path));
    by_name.emplace(names.back(), &key);
  }
  for (const auto& [name, value] : sources_.env) {
    if (!name.starts_with(kEnvPrefix)) continue;
    const auto found = by_name.find(name);
    if (found == by_name.end()) {
      if (is_service_link(name, value)) continue;
      fail({base::printable(name)}, "",
           name == env_name(kDev) ? "is a flag only (--dev)"
                                  : "no key has this environment variable" + suggestion(name, names));
      continue;
    }
    const auto& key = *found->second;
    std::vector<Given> given;
    if (key.shape == Shape::kScalar) {
      given.push_back({value, {name}});
    } else if (!base::trim(value).empty()) {
      for (const auto item : base::split(value, ',')) given.push_back({std::string(base::trim(item)), {name}});
    }
    set(key, given, {name});
  }
}

void Loader::read_flags() {
  const Place where{"command line", true};
  std::map<const Key*, std::vector<Given>> by_key;
  for (const auto& [path, value] : sources_.flags) {
    if (path == kDev) {
      config_.dev = value == "true";
      continue;
    }
    const auto* key = find_key(path);
    if (key == nullptr) {
      fail(where, base::printable(path), "unknown key");
      continue;
    }
    auto& given = by_key[key];
    if (key->shape == Shape::kScalar) given.clear();
    given.push_back({value, where});
  }
  for (const auto& key : keys()) {
    if (const auto found = by_key.find(&key); found != by_key.end()) set(key, found->second, where);
  }
}

/// Without this, a Redis that was configured but not chosen would be left alone silently.
void Loader::check_type_is_chosen() {
  if (origins_.contains(kBackplaneType) || broken_.contains(kBackplaneType)) return;
  for (const auto& [path, where] : origins_) {
    if (!path.starts_with(kRedisSection)) continue;
    const auto& get = find_key(path)->get;
    if (get(config_, Secrets::kShown) == get(Config{}, Secrets::kShown)) continue;
    return fail(where, kBackplaneType,
                "must be set next to " + std::string(path) + " (to redis, or to memory to do without it)");
  }
}

/// What is wrong with the files that some keys name, each with its key's place. A file that a flag names is no flag's
/// mistake.
void Loader::inspect_files(const Inspection& inspect) {
  if (!inspect) return;
  for (const auto& error : inspect(config_)) {
    const std::string_view text = error.message;
    const auto path = text.substr(0, text.find(':'));
    if (broken_.contains(path)) continue;
    const auto origin = origins_.find(path);
    fail({origin != origins_.end() ? origin->second.text : std::string()}, path,
         base::trim(text.substr(std::min(path.size() + 1, text.size()))));
  }
}

Loaded Loader::finish(const Inspection& inspect) {
  if (file_missing_) return tl::unexpected(std::move(mistakes_));
  check_type_is_chosen();
  std::vector<std::string> broken;
  for (const auto& finding : check(config_)) {
    if (std::any_of(finding.about.begin(), finding.about.end(), [&](auto path) { return broken_.contains(path); })) {
      continue;
    }
    // A key that was left at its default is blamed on the one that does not fit it.
    Place where;
    for (const auto about : finding.about) {
      if (where.text.empty() || about == finding.path) {
        if (const auto origin = origins_.find(about); origin != origins_.end()) where = origin->second;
      }
    }
    fail(where, finding.path, finding.message);
    broken.push_back(finding.path);
  }
  for (const auto& path : broken) {
    if (const auto* key = find_key(path)) broken_.insert(key->path);
  }
  inspect_files(inspect);
  if (!mistakes_.empty()) return tl::unexpected(std::move(mistakes_));
  return std::move(config_);
}

}  // namespace

Loaded load_text(std::string_view text, std::string_view name, const Sources& sources, const Inspection& inspect) {
  Loader loader(sources);
  loader.read_file_text(text, name);
  loader.read_environment();
  loader.read_flags();
  return loader.finish(inspect);
}

Loaded load(const Sources& sources, const Inspection& inspect) {
  if (!sources.file_path) return load_text("", "", sources, inspect);
  const auto text = base::read_file(*sources.file_path, kMaxDocumentBytes);
  if (text) return load_text(*text, *sources.file_path, sources, inspect);
  Loader loader(sources);
  loader.fail_file({*sources.file_path}, text.error().message);
  loader.read_environment();
  loader.read_flags();
  return loader.finish({});
}

}  // namespace freshet::config
