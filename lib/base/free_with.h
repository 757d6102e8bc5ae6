#pragma once

namespace freshet::base {

/// What a std::unique_ptr to an object of a C library frees it with: `std::unique_ptr<FILE, FreeWith<std::fclose>>`.
template <auto Function>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    Function(object);
  }
};

}  // namespace freshet::base
