#include "stack_table.h"

#include <sys/mman.h>

#include <atomic>

#include "own_memory.h"
#include "sys.h"

namespace memline::capture {
namespace {

constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

}  // namespace

void StackTable::place(std::uint64_t hash, std::uint32_t id) noexcept {
  std::size_t i = hash & mask_;
  while (!is_empty(slots_[i])) i = (i + 1) & mask_;
  slots_[i] = {hash, id, filling_};
}

bool StackTable::grow() noexcept {
  const std::size_t old_count = slots_ == nullptr ? 0 : mask_ + 1;
  const std::size_t count = old_count == 0 ? kFirstSlots : old_count * 4;
  if (count > kMostSlots) return false;
  auto* fresh = static_cast<Slot*>(map_own(count * sizeof(Slot)));
  if (fresh == nullptr) return false;
  // Every look-up goes to another page: a large table would cost a fault a page now, and a TLB miss an event later.
  if (count * sizeof(Slot) >= kHugePageBytes) sys::madvise(fresh, count * sizeof(Slot), MADV_HUGEPAGE);
  Slot* const old = slots_;
  if (filling_ == 0) filling_ = 1;
  slots_ = fresh;
  // In this order: a child forked between the two must not release more than is there.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  mask_ = count - 1;
  for (std::size_t i = 0; i < old_count; ++i) {
    if (!is_empty(old[i])) place(old[i].hash, old[i].id);
  }
  if (old != nullptr) unmap_own(old, old_count * sizeof(Slot));
  return true;
}

void StackTable::insert(std::uint64_t hash, std::uint32_t id, bool may_grow) noexcept {
  if (slots_ == nullptr || used_ * 2 > mask_) {
    if (!may_grow || !grow()) {
      if (slots_ == nullptr) return;
      clear();
    }
  }
  place(hash, id);
  ++used_;
}

void StackTable::clear() noexcept {
  used_ = 0;
  if (++filling_ != 0 || slots_ == nullptr) return;
  // Once in 2^32 times the count begins anew.
  for (std::size_t i = 0; i <= mask_; ++i) slots_[i].filling = 0;
  filling_ = 1;
}

void StackTable::release() noexcept {
  if (slots_ != nullptr) unmap_own(slots_, (mask_ + 1) * sizeof(Slot));
  slots_ = nullptr;
  mask_ = 0;
  used_ = 0;
}

}  // namespace memline::capture
