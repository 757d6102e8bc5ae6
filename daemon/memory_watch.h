#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/clock.h"

namespace freshet {

/// Looks once a second at how much memory of this process is resident, and says when a limit is crossed in either
/// direction: new streams are turned away before the kernel would end the process with all that it has.
class MemoryWatch {
 public:
  /// `limit` is asked each time, in bytes; 0 is no limit. `changed` is told whether the limit is reached.
  MemoryWatch(base::Clock& clock, std::function<std::size_t()> limit, std::function<void(bool full)> changed);

  [[nodiscard]] bool full() const { return full_; }

 private:
  void look();

  base::Clock& clock_;
  std::function<std::size_t()> limit_;
  std::function<void(bool full)> changed_;
  bool full_ = false;
  std::unique_ptr<base::Timer> timer_;
};

}  // namespace freshet
