#include "tls/context.h"

#include <catch2/catch.hpp>

#include "unit/config/temp_dir.h"
#include "unit/tls/authority.h"

using namespace freshet;
using test::put;
using tls::Context;

namespace {

struct Fixture {
  test::TempDir dir;
  test::Authority authority;
  test::Identity client = authority.issue("DNS:client");
  Context::Options options;

  Fixture() { options.key_prefix = "tls."; }

  [[nodiscard]] std::string file(const std::string& name) const { return dir.path() + "/" + name; }
  std::vector<std::string> errors() {
    std::vector<std::string> messages;
    const auto context = Context::load(options);
    if (context) return messages;
    for (const auto& error : context.error()) messages.push_back(error.message);
    return messages;
  }
  using Messages = std::vector<std::string>;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "A context needs no files") {
  CHECK(errors().empty());
  const auto context = Context::load(options);
  CHECK(context->verifies());
  CHECK(context->server_name().empty());
}

TEST_CASE_METHOD(Fixture, "A context takes an authority, a certificate and its key") {
  options.ca_file = put(file("ca"), authority.certificate());
  options.cert_file = put(file("cert"), client.certificate);
  options.key_file = put(file("key"), client.key);
  CHECK(errors().empty());
}

TEST_CASE_METHOD(Fixture, "Certificate and key may lie in one file, in either order") {
  options.cert_file = options.key_file = put(file("both"), client.key + client.certificate);
  CHECK(errors().empty());
}

TEST_CASE_METHOD(Fixture, "All files that are missing are reported, with the keys that name them") {
  options.ca_file = file("ca");
  options.cert_file = file("cert");
  options.key_file = file("key");
  CHECK(errors() == Messages{"tls.ca_file: " + file("ca") + ": No such file or directory",
                             "tls.cert_file: " + file("cert") + ": No such file or directory"});
  options.cert_file = put(file("cert"), client.certificate);
  options.ca_file = "";
  CHECK(errors() == Messages{"tls.key_file: " + file("key") + ": No such file or directory"});
}

TEST_CASE_METHOD(Fixture, "A file that holds something else is refused without a word of it") {
  const auto text =
      GENERATE(as<std::string>(), "", "hunter2", "-----BEGIN HUNTER2-----\neA==\n-----END HUNTER2-----\n");
  INFO(text);
  const auto path = put(file("file"), text);
  options.ca_file = path;
  CHECK(errors() == Messages{"tls.ca_file: " + path + ": no certificate in PEM format in it"});
  options.ca_file = "";
  options.cert_file = options.key_file = path;
  CHECK(errors() == Messages{"tls.cert_file: " + path + ": no certificate in PEM format in it"});
  options.cert_file = put(file("cert"), client.certificate);
  CHECK(errors() == Messages{"tls.key_file: " + path + ": no private key in PEM format in it"});
}

TEST_CASE_METHOD(Fixture, "A certificate that was cut short is refused") {
  options.ca_file = put(file("ca"), authority.certificate().substr(0, 200));
  REQUIRE(errors().size() == 1);
  CHECK_THAT(errors()[0], Catch::StartsWith("tls.ca_file: " + options.ca_file + ": "));
}

TEST_CASE_METHOD(Fixture, "The key of another certificate is refused") {
  options.cert_file = put(file("cert"), client.certificate);
  options.key_file = put(file("key"), authority.issue("DNS:other").key);
  CHECK(errors() ==
        Messages{"tls.key_file: " + file("key") + ": is not the key of the certificate in " + file("cert")});
}

TEST_CASE_METHOD(Fixture, "An encrypted key is refused, and nobody is asked for its password") {
  options.cert_file = put(file("cert"), authority.certificate());
  options.key_file = put(file("key"), authority.encrypted_key());
  CHECK(errors() == Messages{"tls.key_file: " + file("key") + ": is encrypted (openssl pkey makes a plain one of it)"});
}
