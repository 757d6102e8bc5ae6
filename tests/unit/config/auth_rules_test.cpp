#include "config/auth_rules.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

using namespace freshet::config;  // NOLINT(google-build-using-namespace): the rules are what this file is about

TEST_CASE("names of headers and cookies are tokens") {
  for (const auto* good : {"X-User-Id", "x", "X_User.Id", "!#$%&'*+-.^_`|~09azAZ"}) {
    INFO(good);
    CHECK(header_name(good) == std::string(good));
    CHECK(cookie_name(good) == std::string(good));
  }
  for (const auto* bad : {" ", "X User", "X-User:", "a=b", "a;b", "a,b", "\"a\"", "a/b", "a(b)", "a[b]", "{a}", "a@b",
                          "\xc3\xa9", "a\tb", "a\r\nb"}) {
    INFO(bad);
    CHECK_FALSE(header_name(bad));
    CHECK_FALSE(cookie_name(bad));
  }
  CHECK_FALSE(header_name(std::string("a\0b", 3)));
}

TEST_CASE("a header may be left out, a cookie always has a name") {
  CHECK(header_name("") == std::string());
  CHECK(cookie_name("").error().message == "\"\" is not the name of a cookie (try freshet_token)");
}

TEST_CASE("trusted proxies are unix, addresses and networks in canonical spelling") {
  for (const auto& [given, canonical] : {
           std::pair{"unix", "unix"},
           {"192.0.2.1", "192.0.2.1"},
           {"10.0.0.0/8", "10.0.0.0/8"},
           {"192.0.2.128/25", "192.0.2.128/25"},
           {"192.0.2.1/32", "192.0.2.1/32"},
           {"10.0.0.0/08", "10.0.0.0/8"},
           {"0.0.0.0/0", "0.0.0.0/0"},
           {"::1", "::1"},
           {"2001:DB8:0:0::1", "2001:db8::1"},
           {"2001:db8::/32", "2001:db8::/32"},
           {"2001:db8:8000::/33", "2001:db8:8000::/33"},
           {"::1/128", "::1/128"},
           {"::/0", "::/0"},
       }) {
    INFO(given);
    CHECK(trusted_proxy(given) == std::string(canonical));
    CHECK(trusted_proxy(canonical) == std::string(canonical));
  }
  for (const auto* bad : {"",
                          " ",
                          "*",
                          "UNIX",
                          "unix:/run/x",
                          "unix/8",
                          "localhost",
                          "proxy.example.com",
                          "192.0.2",
                          "192.0.2.256",
                          "192.0.2.01",
                          "192.0.2.1 ",
                          "192.0.2.1:80",
                          "[::1]",
                          "[::1]:80",
                          "fe80::1%eth0",
                          "10.0.0.0/",
                          "10.0.0.0/33",
                          "10.0.0.0/-1",
                          "10.0.0.0/8/8",
                          "10.0.0.0/255.0.0.0",
                          "10.0.0.0/18446744073709551616",
                          "::/129",
                          "/8"}) {
    INFO(bad);
    CHECK_FALSE(trusted_proxy(bad));
  }
  CHECK_FALSE(trusted_proxy(std::string("::1\0x", 5)));
}

TEST_CASE("a network with bits beyond its prefix is refused and told what was likely meant") {
  for (const auto& [given, network] : {
           std::pair{"10.0.0.1/8", "10.0.0.0/8"},
           {"192.0.2.129/25", "192.0.2.128/25"},
           {"192.0.2.1/31", "192.0.2.0/31"},
           {"128.0.0.0/0", "0.0.0.0/0"},
           {"2001:db8::1/64", "2001:db8::/64"},
           {"2001:db8:c000::/33", "2001:db8:8000::/33"},
       }) {
    CHECK(trusted_proxy(given).error().message ==
          '"' + std::string(given) + "\" has bits beyond its prefix (the network is " + network + ")");
  }
}

TEST_CASE("IPv4 has one spelling") {
  for (const auto* mapped : {"::ffff:192.0.2.1", "::ffff:c000:201", "::ffff:0:0/96", "::ffff:10.0.0.0/104"}) {
    INFO(mapped);
    CHECK_THAT(trusted_proxy(mapped).error().message, Catch::Contains("write it as 192.0.2.1"));
  }
}

TEST_CASE("keys are fetched over https, or over http from this machine") {
  for (const auto* good : {"", "https://login.example.com/.well-known/jwks.json", "https://x", "https://x:8443",
                           "https://x/?a=b&c=%20@d", "https://192.0.2.1/k", "https://[2001:db8::1]/k",
                           "https://[2001:db8::1]:8443/k", "http://localhost/k", "http://LocalHost:3000/k",
                           "http://127.0.0.1:3000/k", "http://127.9.9.9", "http://[::1]:3000/k", "http://[0:0::1]"}) {
    INFO(good);
    CHECK(key_url(good) == std::string(good));
  }
  for (const auto* bad : {"x",
                          "login.example.com/jwks.json",
                          "/etc/jwks.json",
                          "file:///etc/jwks.json",
                          "ftp://x/k",
                          "HTTPS://x",
                          "https:/x",
                          "https://",
                          "https:///k",
                          "https://?k",
                          "https://:443/k",
                          "https://x:/k",
                          "https://x:0/k",
                          "https://x:65536/k",
                          "https://x:0443/k",
                          "https://::1/k",
                          "https://[::1/k",
                          "https://[x]/k",
                          "https://[127.0.0.1]/k",
                          "https://[::1]x/k",
                          "https://x y/k",
                          "https://x/a b",
                          "https://x/\xc3\xa9",
                          "https://x/<k>",
                          "https://x/\"k\"",
                          "https://x/{k}",
                          "https://x/a\\b",
                          "https://x/k#f",
                          "https://u@x/k",
                          "https://u:p@x/k"}) {
    INFO(bad);
    CHECK_FALSE(key_url(bad));
  }
}

TEST_CASE("http to another machine is refused, whatever it looks like") {
  for (const auto* bad : {"http://login.example.com/k", "http://10.0.0.1/k", "http://[2001:db8::1]/k",
                          "http://localhost.example.com/k", "http://127.example.com/k", "http://127.0.0.1.example.com/",
                          "http://x/127.0.0.1", "http://0.0.0.0/k", "http://x?localhost"}) {
    INFO(bad);
    CHECK_THAT(key_url(bad).error().message, Catch::StartsWith("must begin with https://"));
  }
}

TEST_CASE("a password that does not belong into a URL is not repeated in the error") {
  for (const auto* bad : {"https://u:hunter2@x/k", "u:hunter2@x/k", "https://x y:hunter2@x", "https://u:hunter2"}) {
    CHECK_THAT(key_url(bad).error().message, !Catch::Contains("hunter2"));
  }
}

TEST_CASE("a user's own channel has the user in it, once") {
  for (const auto& good : {std::string("user:{sub}"), std::string("{sub}"), std::string("{sub}:inbox"),
                           std::string("a_-.:/@~=+,{sub}z"), std::string(199, 'a') + "{sub}"}) {
    INFO(good);
    CHECK(user_channel(good) == good);
  }
  for (const auto& bad : {std::string(), std::string("user:"), std::string("user:{}"), std::string("user:{SUB}"),
                          std::string("user:{sub"), std::string("{sub}{sub}"), std::string("user:{sub}:{sub}"),
                          std::string("user:{{sub}}"), std::string("user:{iss}:{sub}"), std::string("user *{sub}"),
                          std::string("{sub}?"), std::string("{sub}*"), std::string(200, 'a') + "{sub}"}) {
    INFO(bad);
    CHECK_FALSE(user_channel(bad));
  }
}
