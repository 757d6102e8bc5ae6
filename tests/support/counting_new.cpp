#include "support/counting_new.h"

#include <cstdlib>
#include <malloc.h>
#include <new>

namespace {

std::size_t count = 0;
std::size_t bytes = 0;

/// glibc keeps one word in front of each piece of memory.
std::size_t cost(void* memory) { return malloc_usable_size(memory) + sizeof(std::size_t); }

}  // namespace

std::size_t freshet::test::allocations() { return count; }
std::size_t freshet::test::allocated_bytes() { return bytes; }

void* operator new(std::size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  ++count;
  bytes += cost(memory);
  return memory;
}
void operator delete(void* memory) noexcept {
  if (memory != nullptr) bytes -= cost(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept { operator delete(memory); }
