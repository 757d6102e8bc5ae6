// Drives any SSE server with many clients and a publisher, and checks what it delivers. See README.md.

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sys/resource.h>

#include "loadtest/channel_plan.h"
#include "loadtest/conductor.h"
#include "loadtest/crew.h"
#include "loadtest/observer.h"
#include "loadtest/options.h"
#include "loadtest/report.h"
#include "loadtest/shared.h"

namespace {

using namespace freshet::loadtest;  // NOLINT(google-build-using-namespace): this is the program
using freshet::base::Error;
using freshet::base::Result;

constexpr int kWrong = 1;
constexpr int kUsage = 64;
constexpr int kUnavailable = 69;
constexpr std::size_t kOtherFiles = 64;  // of a client process, besides its sockets

int complain(const Error& error, int code) {
  std::fprintf(stderr, "sseload: %s\n", error.message.c_str());
  return code;
}

Result<void> raise_file_limit(const Options& options) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const auto needed = options.connections / options.processes + kOtherFiles;
  if (needed <= limit.rlim_max) return {};
  return freshet::base::fail("a process may open " + std::to_string(limit.rlim_max) + " files and would need " +
                             std::to_string(needed) + ": give more --processes");
}

bool write_result(const Options& options, const Outcome& outcome) {
  const bool json_to_stdout = options.json_file == "-";
  std::cout << (json_to_stdout ? to_json(options, outcome) : to_table(options, outcome)) << std::flush;
  if (options.json_file.empty() || json_to_stdout) return true;
  std::ofstream file(options.json_file);
  file << to_json(options, outcome) << std::flush;
  return file.good();
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = Options::parse(argc, argv);
  if (!options) return complain(options.error(), kUsage);
  if (auto raised = raise_file_limit(*options); !raised) return complain(raised.error(), kUsage);
  auto observer = Observer::of(options->pids);
  if (!observer) return complain(observer.error(), kUsage);
  std::signal(SIGPIPE, SIG_IGN);

  const ChannelPlan plan(*options);
  Shared shared(options->processes, plan.channels());
  Crew crew(*options, plan, shared);
  const auto outcome = Conductor(*options, plan, shared, crew, *std::move(observer)).run();
  if (!outcome) return complain(outcome.error(), kUnavailable);
  if (!write_result(*options, *outcome)) return complain({"cannot write " + options->json_file}, kUsage);
  return outcome->is_right() ? 0 : kWrong;
}
