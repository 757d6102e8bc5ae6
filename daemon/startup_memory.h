#pragma once

namespace freshet {

/// Gives back the memory that only starting has used: pages of the program and its libraries, which are read from their
/// files again when they are needed, and what reading the configuration has left on the heap. Three megabytes of eight,
/// which would otherwise stay resident until the machine runs short.
void give_back_startup_memory();

}  // namespace freshet
