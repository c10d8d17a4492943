#include "base/large_memory.h"

#include <sys/mman.h>

#include <cstdint>

namespace memline {
namespace {

/// Of the usual huge page; where pages are larger or there are none, nothing is lost.
constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;
/// Less is cheaper in small pages than a whole huge one is to be zeroed.
constexpr std::size_t kLeastLargeBytes = kHugePageBytes / 2;

constexpr std::size_t whole_pages(std::size_t bytes) {
  return (bytes + kHugePageBytes - 1) & ~(kHugePageBytes - 1);
}

}  // namespace

void* allocate_large(std::size_t bytes) {
  if (bytes < kLeastLargeBytes) return ::operator new (bytes, std::align_val_t{kLargeAlignment});
  if (bytes > std::numeric_limits<std::size_t>::max() - 2 * kHugePageBytes) throw std::bad_alloc();
  // The kernel aligns to small pages: what sticks out at both ends is given back.
  const std::size_t wanted = whole_pages(bytes), mapped = wanted + kHugePageBytes;
  void* const memory = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  char* const begin = static_cast<char*>(memory);
  const std::size_t before =
      whole_pages(reinterpret_cast<std::uintptr_t>(begin)) - reinterpret_cast<std::uintptr_t>(begin);
  if (before != 0) ::munmap(begin, before);
  if (before != kHugePageBytes) ::munmap(begin + before + wanted, kHugePageBytes - before);
  ::madvise(begin + before, wanted, MADV_HUGEPAGE);  // a wish: it may be forbidden
  return begin + before;
}

void free_large(void* memory, std::size_t bytes) {
  if (bytes < kLeastLargeBytes) {
    ::operator delete (memory, std::align_val_t{kLargeAlignment});
  } else {
    ::munmap(memory, whole_pages(bytes));
  }
}

}  // namespace memline
