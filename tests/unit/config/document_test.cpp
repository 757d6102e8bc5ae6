#include "config/document.h"

#include <catch2/catch.hpp>
#include <string>

using freshet::config::read_document;
using freshet::config::YamlNode;

TEST_CASE("a document is a tree of text with lines") {
  const auto document = read_document("a: 1\nb:\n  - x\n  - \"y z\"\nc: {d: , e: ~}\n");
  REQUIRE(document.problems.empty());
  const auto& root = document.root;
  REQUIRE(root.kind == YamlNode::Kind::kMap);
  CHECK(root.names == std::vector<std::string>{"a", "b", "c"});
  CHECK(root.name_lines == std::vector<int>{1, 2, 5});
  CHECK(root.children[0].text == "1");
  REQUIRE(root.children[1].kind == YamlNode::Kind::kList);
  CHECK(root.children[1].children[1].text == "y z");
  CHECK(root.children[1].children[1].line == 4);
  CHECK(root.children[2].children[0].kind == YamlNode::Kind::kNull);
  CHECK(root.children[2].children[1].kind == YamlNode::Kind::kNull);
}

TEST_CASE("nothing but comments is an empty document") {
  for (const auto* text : {"", "\n\n", "# nothing\n", "---\n", "\xef\xbb\xbf# with a mark\n"}) {
    INFO(text);
    CHECK(read_document(text).problems.empty());
    CHECK(read_document(text).root.kind == YamlNode::Kind::kNull);
  }
}

TEST_CASE("every duplicate key is found, per section") {
  const auto document = read_document("a: 1\nb: {x: 1, x: 2}\na: 2\nc: {x: 1}\n");
  REQUIRE(document.problems.size() == 2);
  CHECK(document.problems[0].line == 2);
  CHECK(document.problems[0].message == "the key \"x\" appears twice in the same section");
  CHECK(document.problems[1].line == 3);
}

TEST_CASE("what makes YAML surprising is refused") {
  CHECK_THAT(read_document("a: &x 1\nb: *x\n").problems.at(0).message, Catch::Contains("anchors"));
  CHECK_THAT(read_document("a: &x 1\nb: *x\n").problems.at(1).message, Catch::Contains("aliases"));
  CHECK_THAT(read_document("a: !!int 1\n").problems.at(0).message, Catch::Contains("tags"));
  CHECK_THAT(read_document("a: 1\n---\nb: 1\n").problems.at(0).message, Catch::Contains("only one document"));
  CHECK_THAT(read_document("? [a]\n: 1\n").problems.at(0).message, Catch::Contains("plain name"));
  CHECK_THAT(read_document(std::string(20, '[') + std::string(20, ']')).problems.at(0).message,
             Catch::Contains("nested too deeply"));
}

TEST_CASE("a file made to exhaust the reader ends at once with a problem") {
  for (const auto* piece : {"[", "{", "[a: ", "&a ", "? ", "- - ", "a:\n", "{a,"}) {
    INFO(piece);
    std::string text;
    while (text.size() < 100'000) text += piece;
    CHECK_FALSE(read_document(text).problems.empty());
  }
  std::string names;
  for (int i = 0; i < 10'000; ++i) names += 'k' + std::to_string(i) + ": 1\n";
  CHECK_THAT(read_document(names).problems.at(0).message, Catch::Contains("too many keys"));
}

TEST_CASE("broken YAML is one problem with its line") {
  const auto document = read_document("a: 1\nb: [1, 2\nc: 3\n");
  REQUIRE(document.problems.size() == 1);
  CHECK(document.problems[0].line >= 2);
  CHECK_THAT(document.problems[0].message, Catch::StartsWith("broken YAML: "));
  CHECK(document.root.kind == YamlNode::Kind::kNull);
}
