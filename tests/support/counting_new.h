#pragma once

#include <cstddef>

namespace freshet::test {

/// How often this program has asked `operator new` for memory. Linking counting_new.cpp replaces the operator.
std::size_t allocations();
/// What it holds now, with what the allocator needs for itself.
std::size_t allocated_bytes();

}  // namespace freshet::test
