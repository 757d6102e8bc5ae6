#include "startup_memory.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "base/fd.h"

namespace freshet {
namespace {

// Of an entry of /proc/self/pagemap: the page is in memory, and is as it is in its file.
constexpr std::uint64_t kPresent = std::uint64_t{1} << 63U;
constexpr std::uint64_t kOfFile = std::uint64_t{1} << 61U;

/// Whether nobody has written to any of these pages. A segment without the right to write can have been written to all
/// the same: a debugger's breakpoints and the kernel's uprobes live in private copies of its pages. When the kernel
/// does not tell: false.
bool is_clean(int pagemap, std::size_t first_page, std::size_t pages) {
  std::vector<std::uint64_t> entries(pages);
  const auto wanted_bytes = static_cast<ssize_t>(pages * sizeof(std::uint64_t));
  const auto offset = static_cast<off_t>(first_page * sizeof(std::uint64_t));
  if (::pread(pagemap, entries.data(), static_cast<std::size_t>(wanted_bytes), offset) != wanted_bytes) return false;
  return std::all_of(entries.begin(), entries.end(),
                     [](auto entry) { return (entry & kPresent) == 0 || (entry & kOfFile) != 0; });
}

/// For each loaded object: its segments that are as they are in the file.
int forget_clean_segments(dl_phdr_info* object, std::size_t /*size*/, void* pagemap) {
  const auto page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t first_page = (object->dlpi_addr + segment.p_vaddr) / page_bytes;
    const std::uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
    const std::uintptr_t pages = (end + page_bytes - 1) / page_bytes - first_page;
    if (!is_clean(static_cast<base::Fd*>(pagemap)->get(), first_page, pages)) continue;
    auto* begin = reinterpret_cast<void*>(first_page * page_bytes);  // NOLINT(performance-no-int-to-ptr)
    ::madvise(begin, pages * page_bytes, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void give_back_startup_memory() {
  base::Fd pagemap(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));  // NOLINT(cppcoreguidelines-pro-type-vararg)
  if (pagemap) dl_iterate_phdr(&forget_clean_segments, &pagemap);
  ::malloc_trim(0);
}

}  // namespace freshet
