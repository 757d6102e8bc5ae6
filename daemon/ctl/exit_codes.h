#pragma once

namespace freshet::ctl {

/// How freshetctl ends; from 64 on by sysexits(3).
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,        ///< refused, or a check of doctor failed
  kExitUsage = 64,        ///< wrong arguments
  kExitUnavailable = 69,  ///< an instance or Redis cannot be reached
  kExitOutput = 74,       ///< standard output cannot be written
  kExitConfig = 78,       ///< the configuration file is wrong or cannot be read
};

}  // namespace freshet::ctl
