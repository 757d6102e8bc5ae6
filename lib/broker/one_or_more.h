#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace freshet::broker {

/// A list that holds its first element itself. Most streams have one channel and most channels have one stream, and
/// there are very many of both.
template <class Element>
class OneOrMore {
  static_assert(std::is_trivially_copyable_v<Element> && std::is_trivially_default_constructible_v<Element>);

 public:
  OneOrMore() = default;
  OneOrMore(const OneOrMore&) = delete;
  OneOrMore& operator=(const OneOrMore&) = delete;
  ~OneOrMore() {
    if (capacity_ > 1) delete[] place_.many;
  }

  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] Element* begin() { return capacity_ > 1 ? place_.many : &place_.one; }
  [[nodiscard]] const Element* begin() const { return capacity_ > 1 ? place_.many : &place_.one; }
  [[nodiscard]] Element* end() { return begin() + size_; }
  [[nodiscard]] const Element* end() const { return begin() + size_; }
  [[nodiscard]] Element& operator[](std::size_t index) { return begin()[index]; }
  [[nodiscard]] const Element& operator[](std::size_t index) const { return begin()[index]; }

  /// Makes room for `count` in all.
  void reserve(std::uint32_t count) {
    if (count > capacity_) move_to(count);
  }
  void push_back(const Element& element) {
    const Element copy = element;
    if (size_ == capacity_) move_to(2 * capacity_);
    begin()[size_++] = copy;
  }
  /// Puts the last element in the place of this one.
  void remove(std::size_t index) {
    (*this)[index] = (*this)[--size_];
    if (capacity_ > 1 && size_ <= capacity_ / 4) move_to(std::max<std::uint32_t>(size_, 1));
  }

 private:
  void move_to(std::uint32_t capacity) {
    Element* const old = begin();
    Element* const allocated = capacity_ > 1 ? old : nullptr;
    if (capacity > 1) {
      auto* const fresh = new Element[capacity];
      std::copy_n(old, size_, fresh);
      place_.many = fresh;
    } else {
      const Element last = *old;
      place_.one = last;
    }
    capacity_ = capacity;
    delete[] allocated;
  }

  union Place {
    Element one;
    Element* many;
  };

  Place place_{};
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 1;
};

}  // namespace freshet::broker
