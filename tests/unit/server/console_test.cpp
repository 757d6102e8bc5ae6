#include "server/ops/console.h"

#include <catch2/catch.hpp>
#include <regex>
#include <set>
#include <string>

#include "unit/server/request.h"

using freshet::server::console_files;
using freshet::server::find_console_file;
using freshet::server::serve;
using freshet::test::header_of;
using freshet::test::request;

TEST_CASE("The page and all that it names are there, and nothing of elsewhere is named") {
  const auto* page = find_console_file("/");
  REQUIRE(page != nullptr);
  const std::string html(page->content);
  CHECK(html.rfind("<!doctype html>", 0) == 0);
  const std::regex reference("(?:src|href)=\"([^\"]*)\"");
  std::size_t files = 0;
  for (auto found = std::sregex_iterator(html.begin(), html.end(), reference); found != std::sregex_iterator();
       ++found) {
    const auto target = (*found)[1].str();
    CAPTURE(target);
    CHECK(target.find("//") == std::string::npos);
    if (target.rfind("console/", 0) != 0) continue;
    CHECK(find_console_file("/" + target) != nullptr);
    ++files;
  }
  CHECK(files >= 3);
  CHECK(html.find("<style") == std::string::npos);
  CHECK(html.find("style=") == std::string::npos);
  CHECK_FALSE(std::regex_search(html, std::regex("\\son[a-z]+=")));
  CHECK_FALSE(std::regex_search(html, std::regex("<script(?![^>]*src=)")));
}

TEST_CASE("What a script of the console imports is there") {
  const std::regex import("from '\\./([^']*)'");
  std::size_t imports = 0;
  for (const auto& file : console_files()) {
    const std::string content(file.content);
    for (auto found = std::sregex_iterator(content.begin(), content.end(), import); found != std::sregex_iterator();
         ++found) {
      CAPTURE((*found)[1].str());
      CHECK(find_console_file("/console/" + (*found)[1].str()) != nullptr);
      ++imports;
    }
  }
  CHECK(imports >= 4);
}

TEST_CASE("Every file has its type and a digest of its own") {
  std::set<std::string_view> digests;
  for (const auto& file : console_files()) {
    CAPTURE(file.path);
    CHECK_FALSE(file.content.empty());
    CHECK_FALSE(file.type.empty());
    CHECK(file.digest.size() == 16);
    CHECK(digests.insert(file.digest).second);
  }
  CHECK(find_console_file("/")->type == "text/html; charset=utf-8");
  CHECK(find_console_file("/console/console.js")->type == "text/javascript; charset=utf-8");
  CHECK(find_console_file("/console/console.css")->type == "text/css; charset=utf-8");
  CHECK(find_console_file("/console/icon.svg")->type == "image/svg+xml");
  for (const std::string path : {"", "/console", "/console/", "/index.html", "/console/index.html", "/console/../"}) {
    CAPTURE(path);
    CHECK(find_console_file(path) == nullptr);
  }
}

TEST_CASE("A file is served under a policy that lets in nothing from elsewhere") {
  const auto* page = find_console_file("/");
  const auto response = serve(*page, request("GET", "/"));
  CHECK(response.status == 200);
  CHECK(response.body == page->content);
  CHECK(header_of(response.headers, "Content-Type") == "text/html; charset=utf-8");
  CHECK(header_of(response.headers, "X-Content-Type-Options") == "nosniff");
  const auto policy = header_of(response.headers, "Content-Security-Policy");
  CHECK(policy.rfind("default-src 'none';", 0) == 0);
  CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
  for (const auto* loose : {"unsafe", "*", "http", "data:"}) CHECK(policy.find(loose) == std::string::npos);
}

TEST_CASE("A browser that has the file is told so") {
  const auto* page = find_console_file("/");
  const auto tag = header_of(serve(*page, request("GET", "/")).headers, "ETag");
  CHECK(tag == '"' + std::string(page->digest) + '"');
  for (const auto& known : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    CAPTURE(known);
    const auto response = serve(*page, request("GET", "/", {}, {{"If-None-Match", known}}));
    CHECK(response.status == 304);
    CHECK(response.body.empty());
    CHECK(header_of(response.headers, "ETag") == tag);
  }
  CHECK(serve(*page, request("GET", "/", {}, {{"If-None-Match", "\"other\""}})).status == 200);
}
