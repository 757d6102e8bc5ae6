#include <variant>

#include "ctl/arguments.h"
#include "uv/signals.h"

namespace {

using namespace freshet::ctl;  // NOLINT(google-build-using-namespace): this is the program

struct Runner {
  const CommonOptions& common;
  const Output& output;

  int operator()(const PublishOptions& options) const { return publish(options, common, output); }
  int operator()(const WatchOptions& options) const { return watch(options, common, output); }
  int operator()(const StatusOptions& options) const { return status(options, common, output); }
  int operator()(const DisconnectOptions& options) const { return disconnect(options, common, output); }
  int operator()(const RingOptions& options) const { return show_ring(options, common, output); }
  int operator()(const DoctorOptions& options) const { return doctor(options, common, output); }
};

}  // namespace

int main(int argc, char** argv) {
  freshet::uv::ignore_sigpipe();
  const auto output = Output::for_process();
  const auto read = read_arguments(argc, argv, output);
  if (const auto* exit_code = std::get_if<int>(&read)) return *exit_code;
  const auto& arguments = std::get<Arguments>(read);
  return std::visit(Runner{arguments.common, output}, arguments.command);
}
