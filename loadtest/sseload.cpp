// Drives an SSE server with many clients and one publisher, and checks that every event reaches every client once and
// in order. Stalled clients do not read until the others are done; then each must still get everything.

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <unistd.h>

#include "load_client.h"
#include "publisher.h"
#include "report.h"

namespace {

using namespace freshet::loadtest;  // NOLINT(google-build-using-namespace): this is the program

using Clients = std::vector<std::unique_ptr<LoadClient>>;

/// Serves the clients' sockets until `done` says so or nothing has come for `patience_ms`; false in the latter case.
template <class Done>
bool serve(int epoll, int patience_ms, Done done) {
  std::array<epoll_event, 256> events{};
  while (!done()) {
    const int count = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), patience_ms);
    if (count == 0) return false;
    for (int i = 0; i < count; ++i)
      static_cast<LoadClient*>(events[static_cast<std::size_t>(i)].data.ptr)->on_readable();
  }
  return true;
}

bool all_have(const Clients& clients, std::size_t from, std::size_t to, std::int64_t sequence) {
  for (auto i = from; i < to; ++i) {
    if (clients[i]->last_sequence() < sequence) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Drives an SSE server and checks what it delivers", "sseload");
  Target target;
  Publisher::Options publishing;
  std::size_t readers = 100;
  std::size_t stalled = 0;
  int pid = 0;
  bool json = false;
  app.add_option("--host", target.host, "IPv4 address of the server");
  app.add_option("--port", target.port, "Port of its streams");
  app.add_option("--path", target.path, "What clients ask for");
  app.add_option("--publish-port", publishing.port, "Port of its operations listener");
  app.add_option("--channel", publishing.channel, "Channel to publish to");
  app.add_option("--readers", readers, "Clients that read");
  app.add_option("--stalled", stalled, "Clients that do not read until the others are done");
  app.add_option("--events", publishing.events, "How many events");
  app.add_option("--rate", publishing.rate, "Events a second");
  app.add_option("--data-bytes", publishing.data_bytes, "Size of each event's data");
  app.add_option("--pid", pid, "Process of the server, for its CPU time and memory");
  app.add_flag("--json", json, "One line of JSON instead of a table");
  CLI11_PARSE(app, argc, argv);
  publishing.host = target.host;

  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  Tally tally;
  tally.latencies_us.reserve(readers * publishing.events);
  Clients clients;
  for (std::size_t i = 0; i < readers + stalled; ++i) {
    clients.push_back(std::make_unique<LoadClient>(target, tally, epoll, i >= readers));
    if (i % 100 == 99) serve(epoll, 1, [] { return false; });
  }
  const auto opened = [&] {
    return std::all_of(clients.begin(), clients.end(), [](const auto& client) { return client->opened(); });
  };
  if (!serve(epoll, 10'000, opened)) {
    std::cerr << "sseload: not all streams opened\n";
    return EXIT_FAILURE;
  }

  const auto before = usage_of(pid);
  Report report{readers, stalled, publishing.events, 0, {}, before.resident_bytes};
  const auto last = static_cast<std::int64_t>(publishing.events) - 1;
  Publisher publisher(publishing);
  publisher.start();
  serve(epoll, 10'000, [&, looked = std::int64_t{0}]() mutable {
    if (now_ns() - looked > 50'000'000) {
      looked = now_ns();
      report.peak_resident_bytes = std::max(report.peak_resident_bytes, usage_of(pid).resident_bytes);
      return all_have(clients, 0, readers, last);
    }
    return false;
  });
  publisher.join();
  report.used.cpu_seconds = usage_of(pid).cpu_seconds - before.cpu_seconds;

  for (auto i = readers; i < clients.size(); ++i) clients[i]->wake();
  serve(epoll, 10'000, [&, looked = std::int64_t{0}]() mutable {
    if (now_ns() - looked < 50'000'000) return false;
    looked = now_ns();
    return all_have(clients, 0, clients.size(), last);
  });
  for (const auto& client : clients) {
    if (client->last_sequence() < last) report.missing += static_cast<std::uint64_t>(last - client->last_sequence());
  }
  std::cout << (json ? report.json(tally) + "\n" : report.table(tally));
  ::close(epoll);
  return report.missing + tally.twice + tally.out_of_order == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
