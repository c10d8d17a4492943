#include "unwinder/kept_stack.h"

namespace memline::capture {
namespace {

constexpr std::uint64_t kMultiplier = 0x9FB21C651E98DF25;
constexpr std::uint64_t kExactBit = std::uint64_t{1} << 63;

std::uint64_t root_hash(StackEnd end) noexcept {
  return (static_cast<std::uint64_t>(end) + 1) * 0xD6E8FEB86659FD93;
}

/// A bijection of `outer` for a given pc and of pc for a given `outer`, so that stacks which differ in one frame never
/// collide and entropy is not lost with depth.
std::uint64_t chain_hash(std::uint64_t outer, std::uint64_t pc, bool exact) noexcept {
  std::uint64_t hash = outer ^ ((exact ? pc | kExactBit : pc) * 0xC2B2AE3D27D4EB4F);
  hash *= kMultiplier;
  return hash ^ (hash >> 32);
}

}  // namespace

void KeptStack::limit_to_unchanged(std::uint32_t count) noexcept {
  std::uint32_t unchanged = 0;
  while (unchanged < count && word(checks_[unchanged]) == checks_[unchanged].value) ++unchanged;
  is_verified_ = true;
  if (unchanged < terminal_checks_) {
    candidates_ = 0;
    return;
  }
  // The outermost frame with a changed word: it may itself be met again, the frames outside of it are unchanged.
  std::uint32_t low = 0;
  std::uint32_t high = candidates_;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (frames_[middle].checks > unchanged) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  if (low + 1 < candidates_) candidates_ = low + 1;
}

/// False where the word cannot be compared later without a frame inside of it having changed hands: off the known
/// stack, or not above the inner frame.
bool KeptStack::add_check(std::uint32_t& position, std::uint64_t address, std::uint64_t inner_slot) noexcept {
  if (!known_ || address <= inner_slot || address >= bounds_.hi || bounds_.hi - address < 8) return false;
  checks_[position].address = address;
  checks_[position].value = word(checks_[position]);
  ++position;
  return true;
}

void KeptStack::write_checks(std::uint32_t index, const FreshFrame& fresh, std::uint64_t inner_slot) noexcept {
  std::uint32_t position = index > 0 ? frames_[index - 1].checks : terminal_checks_;
  bool proven = !fresh.unproven && add_check(position, fresh.slot, inner_slot);
  if (fresh.bp_slot != 0 && frames_[index].needs_bp != 0) {
    proven = add_check(position, fresh.bp_slot, inner_slot) && proven;
  }
  if (fresh.cfa_word != 0) proven = add_check(position, fresh.cfa_word, inner_slot) && proven;
  if (!proven && index < max_match_) max_match_ = index;
  frames_[index].checks = position;
}

std::uint32_t KeptStack::commit(const FreshFrame* fresh, std::uint32_t count, std::uint32_t matched, StackEnd end,
                                std::uint64_t terminal_slot) noexcept {
  const std::uint32_t old_depth = depth_;
  std::uint32_t index = matched;
  std::uint32_t left = count;
  std::uint64_t outer_hash = 0;
  bool outer_needs_bp = false;
  bool same = true;  // the pcs from the root up to here are the old stack's
  max_match_ = kNoMatch - 1;
  if (matched == kNoMatch) {
    same = end == end_;
    index = 0;
    outer_hash = root_hash(end);
    end_ = end;
    terminal_checks_ = 0;
    reusable_ = known_ && end != StackEnd::kBadMemory;
    if (terminal_slot != 0 && !add_check(terminal_checks_, terminal_slot, fresh[count - 1].slot)) reusable_ = false;
  } else {
    --left;
    KeptFrame& frame = frames_[index];
    frame.bp = fresh[left].bp;
    outer_hash = frame.hash;
    outer_needs_bp = frame.needs_bp != 0;
    write_checks(index, fresh[left], left > 0 ? fresh[left - 1].slot : 0);
    ++index;
  }
  std::uint32_t changed = 0;
  for (; left > 0; ++index) {
    --left;
    const FreshFrame& from = fresh[left];
    KeptFrame& frame = frames_[index];
    const bool inherits_bp = left + 1 < count && fresh[left + 1].bp_slot == 0;
    const bool needs_bp = from.uses_bp || (inherits_bp && outer_needs_bp);
    same = same && index < old_depth && frame.pc == from.pc && (frame.exact != 0) == from.exact;
    if (!same) {
      frame.pc = from.pc;
      frame.exact = from.exact;
      frame.hash = chain_hash(outer_hash, from.pc, from.exact);
      frame.node = 0;
      ++changed;
    }
    frame.return_slot = from.slot;
    frame.bp = from.bp;
    frame.needs_bp = needs_bp;
    write_checks(index, from, left > 0 ? fresh[left - 1].slot : 0);
    outer_hash = frame.hash;
    outer_needs_bp = needs_bp;
  }
  depth_ = index;
  return changed;
}

}  // namespace memline::capture
