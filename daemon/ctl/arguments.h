#pragma once

#include <string>
#include <variant>

#include "ctl/disconnect.h"
#include "ctl/doctor.h"
#include "ctl/publish.h"
#include "ctl/ring.h"
#include "ctl/settings.h"
#include "ctl/status.h"
#include "ctl/watch.h"

namespace freshet::ctl {

/// What the command line asks for.
struct Arguments {
  CommonOptions common;
  std::variant<PublishOptions, WatchOptions, StatusOptions, DisconnectOptions, RingOptions, DoctorOptions> command;
};

/// Or the exit code, after help, version or an error were printed.
std::variant<Arguments, int> read_arguments(int argc, char** argv, const Output& output);

}  // namespace freshet::ctl
