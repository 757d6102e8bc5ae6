#pragma once

#include <string>

#include "loadtest/options.h"
#include "loadtest/outcome.h"

namespace freshet::loadtest {

/// The outcome as JSON, indented, with a line feed at the end.
std::string to_json(const Options& options, const Outcome& outcome);
/// The outcome as a table for people.
std::string to_table(const Options& options, const Outcome& outcome);

}  // namespace freshet::loadtest
