#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/error.h"

namespace freshet::ctl {

/// The help of the command that these words name, of all commands without words; or that there is no such command.
base::Result<std::string> help_on(const CLI::App& app, const std::vector<std::string>& words);
/// If what was left over of the command line begins with a word in a command's place: that there is no such command,
/// and which one was probably meant. Empty otherwise.
std::string unknown_command(const CLI::App& app);

}  // namespace freshet::ctl
