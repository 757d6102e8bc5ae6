#include "redis/connection.h"

#include <fstream>

#include "tls/context.h"
#include "unit/redis/fake_redis.h"
#include "unit/uv/support.h"

using namespace freshet;
using namespace std::chrono_literals;
using redis::Connection;
using redis::Retry;
using test::FakeRedis;
using test::run_until;
using Command = FakeRedis::Command;

namespace {

/// A connection with an owner that writes down what happens.
struct Client final : Connection::Owner {
  Client(uv::Loop& the_loop, uv::Address address) : loop(the_loop) { options.address = std::move(address); }

  void start() { connection = std::make_unique<Connection>(loop, options, *this); }
  /// Connects, waits for the end, and says why it came.
  std::string failure() {
    start();
    REQUIRE(run_until(loop, [&] { return loss.has_value(); }));
    return loss->reason;
  }
  void connect() {
    start();
    REQUIRE(run_until(loop, [&] { return connected || loss; }));
    INFO((loss ? loss->reason : ""));
    REQUIRE(connected);
  }
  /// Sends a command, and has its reply or failure appended to `replies`.
  void ask(std::initializer_list<std::string_view> command) {
    connection->send(command, [this](const base::Result<redis::Reply>& reply) {
      replies.push_back(reply ? reply->value().describe() : "lost: " + reply.error().message);
    });
  }

  void on_connected() override { connected = true; }
  void on_batch_begin() override {
    CHECK_FALSE(reading);
    reading = true;
  }
  void on_batch_end() override {
    CHECK(reading);
    reading = false;
    ++batches;
  }
  void on_push(redis::Value reply) override {
    CHECK(reading);
    pushes.push_back(reply.describe());
    if (at_push) at_push();
  }
  void on_down(const Connection::Loss& why) override {
    CHECK_FALSE(loss);
    loss = why;
    connection.reset();
  }

  uv::Loop& loop;
  Connection::Options options;
  std::unique_ptr<Connection> connection;
  bool connected = false;
  bool reading = false;
  int batches = 0;
  std::optional<Connection::Loss> loss;
  std::vector<std::string> pushes;
  std::vector<std::string> replies;
  std::function<void()> at_push;
};

struct Fixture {
  uv::Loop loop;
  FakeRedis server{loop};
  Client client{loop, server.address()};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "A connection logs in, chooses its database and names itself") {
  client.options.login = {"ann", "secret", ""};
  client.options.database = 3;
  client.options.client_name = "freshet:a:command";
  client.connect();
  CHECK(server.received ==
        std::vector<Command>{
            {"AUTH", "ann", "secret"}, {"SELECT", "3"}, {"CLIENT", "SETNAME", "freshet:a:command"}, {"ROLE"}});
}

TEST_CASE_METHOD(Fixture, "A server that never answers the TLS handshake is given up, and may not speak TLS at all") {
  const auto context = tls::Context::load({});
  client.options.tls = &*context;
  client.options.connect_deadline = 300ms;
  SECTION("it waits for the end of a line") {
    const auto silent = test::listen_raw(uv::Address::tcp("127.0.0.1", 0), 1);
    client.options.address = uv::SocketAddress::local_of(silent.get()).address();
    CHECK(client.failure() == "no TLS handshake within 300 ms (does this port speak TLS?)");
  }
  SECTION("it answers in its own words") {
    server.greeting = "-ERR unknown command\r\n";
    server.close_after_greeting = true;
    client.options.connect_deadline = 5s;
    CHECK_THAT(client.failure(), Catch::StartsWith("TLS: the server does not speak TLS"));
    CHECK(client.loss->retry == Retry::kSlow);
  }
  SECTION("it hangs up") {
    server.close_at_once = true;
    client.options.connect_deadline = 5s;
    CHECK_THAT(client.failure(), Catch::StartsWith("connection lost: "));
  }
}

TEST_CASE_METHOD(Fixture, "Without credentials nothing but a name is sent, and its refusal does not matter") {
  server.answers["CLIENT"] = "-ERR unknown command `CLIENT`\r\n";
  client.connect();
  REQUIRE(server.received.size() == 2);
  CHECK(server.received[0][0] == "CLIENT");
}

TEST_CASE_METHOD(Fixture, "A server that is not the primary is left, and tried again soon") {
  server.answers["ROLE"] = test::role("slave", "10.0.0.1", 6379);
  CHECK(client.failure() == "is a replica of 10.0.0.1:6379, not the primary");
  CHECK(client.loss->retry == Retry::kSoon);
  CHECK_FALSE(client.connected);
}

TEST_CASE_METHOD(Fixture, "A role that cannot be asked for matters only where it must be known") {
  server.answers["ROLE"] = "-NOPERM this user has no permissions to run the 'role' command\r\n";
  client.connect();
  client.connection.reset();
  client.options.must_tell_role = true;
  CHECK(client.failure() == "ROLE refused: NOPERM this user has no permissions to run the 'role' command");
  CHECK(client.loss->retry == Retry::kSlow);
}

TEST_CASE_METHOD(Fixture, "A password alone is the default user's") {
  client.options.login.password = "secret";
  client.connect();
  CHECK(server.received[0] == Command{"AUTH", "secret"});
}

TEST_CASE_METHOD(Fixture, "The password file is read at every connect") {
  const test::TempDir dir;
  client.options.login.password_file = dir.file("password");
  CHECK(client.failure() == "backplane.redis.password_file: " + dir.file("password") + ": No such file or directory");
  CHECK(client.loss->retry == Retry::kSlow);
  client.loss.reset();
  std::ofstream(dir.file("password")) << "new\n";
  client.connect();
  CHECK(server.received[0] == Command{"AUTH", "new"});
}

TEST_CASE_METHOD(Fixture, "A refused login says what Redis said, never the password") {
  client.options.login.password = "s3cret";
  server.answers["AUTH"] = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
  CHECK(client.failure() == "AUTH refused: WRONGPASS invalid username-password pair or user is disabled.");
  CHECK(client.loss->retry == Retry::kSlow);
}

TEST_CASE_METHOD(Fixture, "A server that wants a password says so") {
  server.answers["CLIENT"] = "-NOAUTH Authentication required.\r\n";
  CHECK(client.failure() == "NOAUTH Authentication required.");
  CHECK(client.loss->retry == Retry::kSlow);
}

TEST_CASE_METHOD(Fixture, "A refused database is named") {
  client.options.database = 99;
  server.answers["SELECT"] = "-ERR DB index is out of range\r\n";
  CHECK(client.failure() == "SELECT 99 refused: ERR DB index is out of range");
}

TEST_CASE_METHOD(Fixture, "A server that takes nobody says so, and is left alone for longer") {
  const auto words = GENERATE(as<std::string>(), "ERR max number of clients reached",
                              "DENIED Redis is running in protected mode because protected mode is enabled");
  client.options.login.password = GENERATE(as<std::string>(), "", "x");
  server.greeting = '-' + words + "\r\n";
  server.close_after_greeting = GENERATE(false, true);
  CHECK(client.failure() == words);
  CHECK(client.loss->retry == Retry::kSlow);
}

TEST_CASE_METHOD(Fixture, "What a server says before it hangs up is the reason, whatever becomes of our own bytes") {
  server.greeting = "-ERR max number of clients reached\r\n";
  server.close_after_greeting = true;
  for (int i = 0; i < 20; ++i) {
    client.loss.reset();
    CHECK(client.failure() == "ERR max number of clients reached");
  }
}

TEST_CASE_METHOD(Fixture, "A refused connection is told with its address") {
  server.stop_listening();
  CHECK(client.failure() == "connect to " + client.options.address.text() + ": Connection refused");
  CHECK(client.loss->retry == Retry::kSoon);
}

TEST_CASE_METHOD(Fixture, "A server that hangs up at once is told from one that hangs up later") {
  SECTION("at once") {
    server.close_at_once = true;
    CHECK_THAT(client.failure(), Catch::Contains("during the handshake") || Catch::StartsWith("connection lost: "));
  }
  SECTION("later") {
    client.connect();
    server.hang_up();
    REQUIRE(run_until(loop, [&] { return client.loss.has_value(); }));
    CHECK(client.loss->reason == "Redis closed the connection");
  }
}

TEST_CASE_METHOD(Fixture, "A server that is not Redis is quoted") {
  server.greeting = "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n";
  CHECK_THAT(client.failure(), Catch::StartsWith("does not speak RESP: HTTP/1.1 400 Bad Request"));
}

TEST_CASE_METHOD(Fixture, "Nonsense after the first reply is a protocol error") {
  client.connect();
  server.say("?what\r\n");
  REQUIRE(run_until(loop, [&] { return client.loss.has_value(); }));
  CHECK_THAT(client.loss->reason, Catch::StartsWith("protocol error: "));
}

TEST_CASE_METHOD(Fixture, "A server that never answers the handshake is given up") {
  client.options.connect_deadline = 20ms;
  server.answers["CLIENT"] = server.answers["ROLE"] = "";
  CHECK(client.failure() == "no reply to CLIENT within 20 ms");
}

TEST_CASE_METHOD(Fixture, "A command without a reply ends the connection, and all that wait are told") {
  client.options.reply_deadline = 20ms;
  server.answers["GET"] = server.answers["TIME"] = "";
  client.connect();
  client.ask({"GET", "a"});
  client.ask({"TIME"});
  REQUIRE(run_until(loop, [&] { return client.replies.size() == 2; }));
  CHECK(client.loss->reason == "no reply to GET within 20 ms");
  CHECK(client.replies == std::vector<std::string>(2, "lost: no reply to GET within 20 ms"));
}

TEST_CASE_METHOD(Fixture, "A reply whose bytes keep coming, but which never ends, is given up, too") {
  client.options.whole_reply_deadline = 100ms;
  server.answers["GET"] = "$1000000\r\n";
  client.connect();
  client.ask({"GET", "a"});
  std::unique_ptr<base::Timer> drip;
  const std::function<void()> drop = [&] {
    server.say("x");
    drip = loop.after(2ms, drop);
  };
  REQUIRE(run_until(loop, [&] { return server.count("GET") == 1; }));
  drop();
  REQUIRE(run_until(loop, [&] { return client.replies.size() == 1; }));
  CHECK(client.loss->reason == "no whole reply to GET within 100 ms");
  CHECK(client.loss->retry == Retry::kSoon);
}

TEST_CASE_METHOD(Fixture, "Each of several slow replies has the whole time, from the one before it on") {
  client.options.whole_reply_deadline = 200ms;
  server.answers["GET"] = "";
  client.connect();
  for (int i = 0; i < 5; ++i) client.ask({"GET", "a"});
  std::unique_ptr<base::Timer> next;
  const std::function<void()> answer = [&] {
    server.say("+got\r\n");
    next = loop.after(80ms, answer);
  };
  next = loop.after(80ms, answer);
  REQUIRE(run_until(loop, [&] { return client.replies.size() == 5; }));
  CHECK(client.replies == std::vector<std::string>(5, "got"));
  CHECK_FALSE(client.loss);
}

TEST_CASE_METHOD(Fixture, "A reply may take longer than the time for one, as long as its bytes keep coming") {
  client.options.connect_deadline = 400ms;  // the first look is when this is over
  client.options.reply_deadline = 150ms;
  server.answers["GET"] = "$12\r\n";
  client.connect();
  client.ask({"GET", "a"});
  int said = 0;
  std::unique_ptr<base::Timer> next;
  const std::function<void()> drop = [&] {
    server.say(++said < 12 ? "x" : "x\r\n");
    next = said < 12 ? loop.after(50ms, drop) : nullptr;
  };
  next = loop.after(50ms, drop);
  REQUIRE(run_until(loop, [&] { return !client.replies.empty(); }));
  CHECK(client.replies == std::vector<std::string>{std::string(12, 'x')});
  CHECK_FALSE(client.loss);
}

TEST_CASE_METHOD(Fixture, "Replies go to those who asked, in order, and the rest to the owner") {
  server.answers["GET"] = "+got\r\n";
  server.byte_by_byte = true;
  client.connect();
  client.ask({"GET", "a"});
  client.ask({"TIME"});
  REQUIRE(run_until(loop, [&] { return client.replies.size() == 2; }));
  CHECK(client.replies == std::vector<std::string>{"got", "an array of 2"});
  server.say("+one\r\n+two\r\n");
  REQUIRE(run_until(loop, [&] { return client.pushes.size() == 2; }));
  CHECK(client.pushes == std::vector<std::string>{"one", "two"});
}

TEST_CASE_METHOD(Fixture, "A reply that is too large ends the connection, unless a part of it will do") {
  client.options.max_reply_bytes = 100;
  server.answers["LRANGE"] = "*2\r\n" + test::bulk(std::string(60, 'x')) + test::bulk(std::string(60, 'y'));
  client.connect();
  SECTION("asked for") {
    client.ask({"LRANGE"});
    REQUIRE(run_until(loop, [&] { return client.loss.has_value(); }));
    CHECK(client.loss->reason == "a reply of more than 100 bytes");
  }
  SECTION("not asked for") {
    server.say(server.answers["LRANGE"]);
    REQUIRE(run_until(loop, [&] { return client.loss.has_value(); }));
    CHECK(client.pushes.empty());
  }
  SECTION("a part will do") {
    std::vector<std::string> texts;
    client.connection->send(
        {"LRANGE"},
        [&](const base::Result<redis::Reply>& reply) {
          texts = {reply->value()[0].describe(), reply->value()[1].describe()};
        },
        Connection::Cut::kTaken);
    client.ask({"TIME"});
    REQUIRE(run_until(loop, [&] { return !client.replies.empty(); }));
    CHECK(texts == std::vector<std::string>{std::string(60, 'x'), "nil"});
    CHECK_FALSE(client.loss);
  }
}

TEST_CASE_METHOD(Fixture, "What was read at once is one batch") {
  client.connect();
  const auto before = client.batches;
  server.say("+one\r\n+two\r\n+three\r\n");
  REQUIRE(run_until(loop, [&] { return client.pushes.size() == 3; }));
  CHECK(client.batches == before + 1);
  CHECK_FALSE(client.reading);
}

TEST_CASE_METHOD(Fixture, "After close no more replies are handed out, and the first reason counts") {
  client.connect();
  client.at_push = [&] {
    client.connection->close("enough");
    client.connection->close("too late");
    CHECK_FALSE(client.loss);  // never from inside a call
  };
  server.say("+one\r\n+two\r\n");
  REQUIRE(run_until(loop, [&] { return client.loss.has_value(); }));
  CHECK(client.pushes == std::vector<std::string>{"one"});
  CHECK(client.loss->reason == "enough");
}

TEST_CASE_METHOD(Fixture, "Commands sent after the end fail with its reason") {
  client.connect();
  client.connection->close("enough");
  client.ask({"TIME"});
  REQUIRE(run_until(loop, [&] { return !client.replies.empty(); }));
  CHECK(client.replies == std::vector<std::string>{"lost: enough"});
  CHECK(server.count("TIME") == 0);
}

TEST_CASE_METHOD(Fixture,
                 "What may wait to be sent is exact: the command that passes it by a byte ends the connection") {
  client.options.max_queued_bytes = 1000;
  server.answers["SET"] = "+OK\r\n";
  client.connect();
  const std::string first = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$400\r\n" + std::string(400, 'x') + "\r\n";
  const std::string frame = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$555\r\n\r\n";
  const auto left = 1000 - first.size() - frame.size();
  REQUIRE(std::to_string(left).size() == 3);
  client.ask({"SET", "k", std::string(400, 'x')});
  SECTION("not passed") {
    client.ask({"SET", "k", std::string(left, 'x')});
    CHECK(client.connection->queued_bytes() == 1000);
    REQUIRE(run_until(loop, [&] { return client.replies.size() == 2; }));
    CHECK_FALSE(client.loss);
  }
  SECTION("passed") {
    client.ask({"SET", "k", std::string(left + 1, 'x')});
    CHECK(client.connection->queued_bytes() == first.size());
    REQUIRE(run_until(loop, [&] { return client.loss.has_value(); }));
    CHECK(client.loss->reason == "1001 bytes wait to be sent: Redis does not read");
  }
}

TEST_CASE_METHOD(Fixture, "What the kernel does not take at once is sent as it does") {
  client.connect();
  const std::string large(std::size_t{16} << 20U, 'x');
  server.answers["SET"] = "+OK\r\n";
  client.ask({"SET", "k", large});
  client.ask({"TIME"});
  REQUIRE(run_until(loop, [&] { return client.replies.size() == 2; }));
  CHECK(client.replies[0] == "OK");
  CHECK(server.received[2][2] == large);
  CHECK(client.connection->queued_bytes() == 0);
}

TEST_CASE_METHOD(Fixture, "A connection can be destroyed in every state without a word") {
  SECTION("connecting") { client.start(); }
  SECTION("in the handshake") {
    server.answers["CLIENT"] = "";
    client.start();
    REQUIRE(run_until(loop, [&] { return server.count("CLIENT") == 1; }));
  }
  SECTION("with commands under way") {
    client.connect();
    client.ask({"TIME"});
  }
  SECTION("closing") {
    client.connect();
    client.ask({"TIME"});
    client.connection->close("enough");
  }
  client.connection.reset();
  test::run_a_while(loop);
  CHECK_FALSE(client.loss);
  CHECK(client.replies.empty());
}
