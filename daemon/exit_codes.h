#pragma once

namespace freshet {

/// How freshetd ends, by sysexits(3): supervisors tell from these whether trying again can help.
enum ExitCode : int {
  kExitOk = 0,
  kExitUsage = 64,
  kExitUnavailable = 69,  ///< a listener could not be bound
  kExitInternal = 70,
  kExitOutput = 74,  ///< standard output cannot be written
  kExitConfig = 78,
};

}  // namespace freshet
