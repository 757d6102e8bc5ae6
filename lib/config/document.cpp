#include "config/document.h"

#include <algorithm>
#include <sstream>
#include <utility>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "base/text.h"

namespace freshet::config {
namespace {

// Far more than the configuration has; bounds the recursion of whoever walks the tree.
constexpr std::size_t kMaxDepth = 16;
// Keeps the search for duplicates short, and the list of them.
constexpr std::size_t kMaxNames = 1000;

/// Builds the tree out of the parser's events. yaml-cpp's own nodes are not used: they drop duplicate keys silently
/// and follow aliases.
class Builder : public YAML::EventHandler {
 public:
  explicit Builder(Document& document) : document_(document) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (std::exchange(started_, true)) throw YAML::ParserException(mark, "only one document is allowed");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_extras(mark, "", anchor);
    begin(mark, YamlNode::Kind::kNull);
    end();
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    problem(mark, "aliases (*name) are not supported");
    begin(mark, YamlNode::Kind::kNull);
    end();
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_extras(mark, tag, anchor);
    if (expects_name()) return name(mark, value);
    begin(mark, YamlNode::Kind::kScalar).text = value;
    end();
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    refuse_extras(mark, tag, anchor);
    begin(mark, YamlNode::Kind::kList);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    refuse_extras(mark, tag, anchor);
    begin(mark, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { end(); }

 private:
  [[nodiscard]] bool expects_name() const {
    if (open_.empty()) return false;
    const auto& parent = open_.back();
    return parent.kind == YamlNode::Kind::kMap && parent.names.size() == parent.children.size();
  }

  void name(const YAML::Mark& mark, const std::string& value) {
    auto& map = open_.back();
    if (map.names.size() == kMaxNames) throw YAML::ParserException(mark, "too many keys in one section");
    if (std::find(map.names.begin(), map.names.end(), value) != map.names.end()) {
      problem(mark, "the key \"" + base::printable(value) + "\" appears twice in the same section");
    }
    map.names.push_back(value);
    map.name_lines.push_back(mark.line + 1);
  }

  YamlNode& begin(const YAML::Mark& mark, YamlNode::Kind kind) {
    if (expects_name()) throw YAML::ParserException(mark, "a key must be a plain name");
    if (open_.size() == kMaxDepth) throw YAML::ParserException(mark, "nested too deeply");
    open_.emplace_back();
    open_.back().kind = kind;
    open_.back().line = mark.line + 1;
    return open_.back();
  }

  void end() {
    YamlNode done = std::move(open_.back());
    open_.pop_back();
    if (open_.empty()) {
      document_.root = std::move(done);
    } else {
      open_.back().children.push_back(std::move(done));
    }
  }

  /// The parser says "?" for the lack of a tag on a plain value and "!" on a quoted one.
  void refuse_extras(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) problem(mark, "anchors (&name) are not supported");
    if (!tag.empty() && tag != "?" && tag != "!") problem(mark, "tags (!name) are not supported");
  }

  void problem(const YAML::Mark& mark, std::string message) {
    document_.problems.push_back({mark.line + 1, std::move(message)});
  }

  Document& document_;
  std::vector<YamlNode> open_;
  bool started_ = false;
};

}  // namespace

Document read_document(std::string_view text) {
  Document document;
  Builder builder(document);
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    document.root = {};
    document.problems.push_back({error.mark.line + 1, "broken YAML: " + error.msg});
  }
  return document;
}

}  // namespace freshet::config
