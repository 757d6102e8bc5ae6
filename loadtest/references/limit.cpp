// The floor that freshetd is measured against: what a broadcast costs when there is nothing but send(). See
// ../README.md.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <sys/resource.h>

#include "loadtest/endpoint.h"
#include "loadtest/references/limit_server.h"
#include "loadtest/references/redis_feed.h"

namespace {

using namespace freshet::loadtest;  // NOLINT(google-build-using-namespace): this is the program

constexpr int kUsage = 64;
constexpr int kUnavailable = 69;
constexpr int kSendBufferBytes = 64 * 1024;  // as freshetd's streams.write_buffer

int complain(const freshet::base::Error& error, int code) {
  std::fprintf(stderr, "limit: %s\n", error.message.c_str());
  return code;
}

void raise_file_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Sends what Redis publishes to every subscriber, and does nothing else", "limit");
  std::string listen = "127.0.0.1:8081";
  std::string redis = "127.0.0.1:6379";
  int send_buffer = kSendBufferBytes;
  LimitServer::Settings settings;
  settings.prefix = "freshet:";
  app.add_option("--listen", listen, "HOST:PORT or unix:/SOCKET");
  app.add_option("--redis", redis, "HOST:PORT or unix:/SOCKET");
  app.add_option("--prefix", settings.prefix, "Of Redis channels");
  app.add_option("--send-buffer", send_buffer, "SO_SNDBUF of each client's socket");
  app.add_flag("--coalescing", settings.coalescing, "One send() per subscriber and loop turn");
  CLI11_PARSE(app, argc, argv);

  raise_file_limit();
  const auto address = Endpoint::parse(listen);
  if (!address) return complain(address.error(), kUsage);
  const auto redis_address = Endpoint::parse(redis);
  if (!redis_address) return complain(redis_address.error(), kUsage);
  auto feed = RedisFeed::connect(*redis_address);
  if (!feed) return complain(feed.error(), kUnavailable);
  auto listener = address->listen(send_buffer);
  if (!listener) return complain(listener.error(), kUnavailable);
  std::fprintf(stderr, "listening on http://%s\n", name_of_listener(listener->get()).c_str());
  if (address->is_unix()) settings.accepted_send_buffer = send_buffer;
  LimitServer(*std::move(listener), *std::move(feed), std::move(settings)).run();
  return complain({"Redis is gone"}, kUnavailable);
}
