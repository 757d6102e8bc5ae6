#pragma once

#include <optional>
#include <string>
#include <variant>

#include "config/load.h"

namespace freshet {

/// What the command line asks for.
struct CommandLine {
  enum class Task { kServe, kCheckConfig, kPrintConfig };
  Task task = Task::kServe;
  config::Sources sources;  ///< with the process's environment
};

/// Printed and done, with this exit code.
struct CommandLineEnd {
  int exit_code = 0;
};

/// Reads the arguments. Help and version go to standard output, errors to standard error.
std::variant<CommandLine, CommandLineEnd> read_command_line(int argc, char** argv, const std::string& version);

}  // namespace freshet
