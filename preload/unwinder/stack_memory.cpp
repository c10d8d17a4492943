#include "unwinder/stack_memory.h"

#include "unwinder/raw_syscall.h"

namespace memline::capture {
namespace {

/// Asks the kernel to read a signal set from `address` for a request that it then refuses (there is no such `how`): the
/// cheapest call that reads eight bytes of ours and does nothing. -EINVAL means that it could, -EFAULT that not.
bool kernel_can_read(std::uint64_t address) noexcept {
  constexpr std::uint64_t kNoSuchRequest = 0x7FFFFFFF;
  constexpr std::int64_t kInvalid = -22;
  return raw_syscall(SYS_rt_sigprocmask, kNoSuchRequest, address, 0, 8) == kInvalid;
}

}  // namespace

bool StackMemory::page_is_readable(std::uint64_t page) noexcept {
  for (unsigned i = 0; i < page_count_ && i < kPages; ++i) {
    if (pages_[i] == page) return true;
  }
  if (!syscalls_allowed_ || page == 0 || !kernel_can_read(page)) return false;
  pages_[page_count_++ % kPages] = page;
  return true;
}

bool StackMemory::is_readable(std::uint64_t address) noexcept {
  if (address >= low_ && address < high_ && high_ - address >= 8) return true;
  if (address > ~std::uint64_t{0} - 8) return false;
  const std::uint64_t first = address & ~(kPageBytes - 1);
  const std::uint64_t last = (address + 7) & ~(kPageBytes - 1);
  if (first == high_ && last == high_ && !on_known_stack_) {  // the next page of an unknown stack: what is known grows
    if (!page_is_readable(first)) return false;
    high_ += kPageBytes;
    return true;
  }
  return page_is_readable(first) && (last == first || page_is_readable(last));
}

}  // namespace memline::capture
