#pragma once

#include <cstddef>

namespace freshet {

/// Memory of this process.
struct MemoryUse {
  std::size_t virtual_bytes = 0;
  std::size_t resident_bytes = 0;
};

/// From /proc/self/statm; zeros when the kernel does not tell.
MemoryUse memory_use();

}  // namespace freshet
