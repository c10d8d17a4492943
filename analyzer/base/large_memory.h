/// \file LargeAllocator: memory for tables that grow with a trace: large ones in huge pages where the kernel has them.
///
/// A table of tens of megabytes is otherwise tens of thousands of page faults, which cost more than what is done with
/// the table. Small ones come from operator new. What fails throws std::bad_alloc. Any thread.
#pragma once

#include <cstddef>
#include <limits>
#include <new>

namespace memline {

/// Cache lines, so that no entry of a power of two of bytes lies across two.
inline constexpr std::size_t kLargeAlignment = 64;

void* allocate_large(std::size_t bytes);
void free_large(void* memory, std::size_t bytes);

template <class T>
struct LargeAllocator {
  using value_type = T;
  LargeAllocator() = default;
  template <class Other>
  explicit LargeAllocator(const LargeAllocator<Other>& /*other*/) {}
  T* allocate(std::size_t count) {
    static_assert(alignof(T) <= kLargeAlignment);
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(allocate_large(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t count) { free_large(memory, count * sizeof(T)); }
  friend bool operator==(const LargeAllocator&, const LargeAllocator&) { return true; }
};

}  // namespace memline
