#include "memory_use.h"

#include <fstream>
#include <unistd.h>

namespace freshet {

MemoryUse memory_use() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  if (!(statm >> size >> resident)) return {};
  const auto page_bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return {size * page_bytes, resident * page_bytes};
}

}  // namespace freshet
