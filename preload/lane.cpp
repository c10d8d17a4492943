#include "lane.h"

#include "sys.h"

namespace memline::capture {

void Lane::seal() noexcept {
  if (end_ == nullptr) return;
  trace::BlockHeader* const block = header();
  trace::BlockHeader sealed = *block;
  sealed.state = static_cast<std::uint32_t>(trace::BlockState::kSealed);
  block->crc32c = trace::block_checksum(sealed, reinterpret_cast<std::byte*>(block) + sizeof *block);
  // Last: nobody looks at the checksum of an open block, and a process may be killed right here.
  std::atomic_ref(block->state).store(sealed.state, std::memory_order_release);
  // Before the block goes: a handler that leaves this hook by a longjmp must not have it sealed again.
  position_ = end_ = nullptr;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  context_->space->retire(reinterpret_cast<std::byte*>(block));
}

bool Lane::next_block() noexcept {
  fault_ = SpaceFault::kNone;
  std::byte* const block = context_->space->claim(fault_);
  if (block == nullptr) return false;
  seal();
  const std::uint64_t now = no_earlier(context_->clock->now());
  trace::BlockHeader fresh{};
  fresh.state = static_cast<std::uint32_t>(trace::BlockState::kOpen);
  fresh.lane = index_;
  fresh.image = context_->image;
  fresh.sequence = next_sequence_;
  fresh.base_ticks = now;
  __builtin_memcpy(block, &fresh, sizeof fresh);
  // Last, so that a reader never sees a header that is half written.
  std::atomic_ref(reinterpret_cast<trace::BlockHeader*>(block)->magic)
      .store(trace::kBlockMagic, std::memory_order_release);
  deltas_ = {};
  deltas_.time_ticks = now;
  position_ = block + sizeof fresh;
  end_ = block + trace::kBlockBytes;
  ++next_sequence_;
  set_progress(0);
  const std::uint32_t claimed = context_->space->claimed_blocks();
  context_->clock->begin_block(turn, claimed == last_claim_ + 1);
  last_claim_ = claimed;
  // An image's very first record is ImageStart, which pairs the clocks itself.
  const bool first_of_image = index_ == 0 && fresh.sequence == 0;
  if (first_of_image || !context_->space->system_calls_allowed()) return true;
  trace::Clock clock{now, sys::monotonic_ns()};
  if (trace::encode(position_, end_, deltas_, clock)) commit();
  return true;
}

void Lane::recover() noexcept {
  // Stacks recorded so far keep their ids; which of them the table and the unwinder still know cannot be trusted.
  if (unwinder != nullptr) unwinder->invalidate();
  stacks.clear();
  if (end_ == nullptr) return;
  if (!next_block()) position_ = end_;  // full: the next record tries again
}

}  // namespace memline::capture
