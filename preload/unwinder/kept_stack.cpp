#include "unwinder/kept_stack.h"

namespace memline::capture {
namespace {

constexpr std::uint64_t kExactBit = std::uint64_t{1} << 63;

std::uint64_t root_hash(StackEnd end) noexcept {
  return (static_cast<std::uint64_t>(end) + 1) * 0xD6E8FEB86659FD93;
}

/// A bijection of `outer` for a given pc and of pc for a given `outer`, so that stacks which differ in one frame never
/// collide and entropy is not lost with depth.
std::uint64_t chain_hash(std::uint64_t outer, std::uint64_t pc, bool exact) noexcept {
  std::uint64_t hash = outer ^ ((exact ? pc | kExactBit : pc) * 0xC2B2AE3D27D4EB4F);
  hash *= 0x9FB21C651E98DF25;
  return hash ^ (hash >> 32);
}

}  // namespace

/// Some word has changed, or the depth does not fit: lowers `candidates` to the outermost frame with a changed word.
/// That one may itself be met again; the frames outside of it are unchanged.
[[gnu::noinline]] void KeptStack::limit(std::uint32_t& candidates) noexcept {
  if (is_verified_) return;
  is_verified_ = true;
  if (terminal_slot_ != 0 && Word::difference(terminal_slot_, 0) != 0) {
    candidates = 0;
    return;
  }
  std::uint32_t extra = 0;
  for (std::uint32_t index = 0; index + 1 < candidates; ++index) {
    const KeptFrame& frame = frames_[index];
    bool unchanged = Word::difference(frame.return_slot, frame.pc) == 0;
    for (; extra < frame.extras; ++extra) unchanged = unchanged && extras_[extra].is_unchanged();
    if (unchanged) continue;
    candidates = index + 1;
    return;
  }
}

/// Notes the words beside the return address from which frame `index` was found. Gives how many there are by then.
[[gnu::always_inline]] inline std::uint32_t KeptStack::write_extras(std::uint32_t position, std::uint32_t index,
                                                                    const FreshFrame& fresh, bool needs_bp) noexcept {
  if ((fresh.flags & (FreshFrame::kUnproven | FreshFrame::kCfaWord)) != 0) [[unlikely]] {
    if ((fresh.flags & FreshFrame::kUnproven) != 0) {
      if (index < max_match_) max_match_ = index;
      return position;
    }
    extras_[position++] = Word{fresh.cfa_word, Word::difference(fresh.cfa_word, 0)};
  }
  if (needs_bp && fresh.bp_slot != 0) extras_[position++] = Word{fresh.bp_slot, fresh.bp};
  return position;
}

std::uint32_t KeptStack::commit(const FreshFrame* fresh, std::uint32_t count, std::uint32_t matched,
                                const Ending& ending) noexcept {
  const std::uint32_t old_depth = depth_;
  const FreshFrame* from = fresh + count;
  std::uint32_t index = 0;
  std::uint32_t position = 0;
  std::uint64_t hash = 0;
  bool inherited_bp_needed = false;  // the outer frame has the bp of the next inner one, and needs it
  bool same = true;                  // the pcs from the root up to here are the old stack's
  max_match_ = kNoMatch - 1;
  if (matched == kNoMatch) {
    same = ending.end == end_;
    hash = root_hash(ending.end);
    end_ = ending.end;
    terminal_slot_ = ending.terminal_slot;
    reusable_ = known_ && ending.is_proven;
  } else {
    --from;
    KeptFrame& frame = frames_[matched];
    frame.bp = from->bp;
    hash = frame.hash;
    inherited_bp_needed = frame.needs_bp != 0 && from->bp_slot == 0;
    position = write_extras(matched > 0 ? frames_[matched - 1].extras : 0, matched, *from, frame.needs_bp != 0);
    frame.extras = static_cast<std::uint16_t>(position);
    index = matched + 1;
  }
  std::uint32_t changed = 0;
  for (; from != fresh; ++index) {
    --from;
    KeptFrame& frame = frames_[index];
    const bool exact = (from->flags & FreshFrame::kExact) != 0;
    const bool needs_bp = (from->flags & FreshFrame::kUsesBp) != 0 || inherited_bp_needed;
    same = same && index < old_depth && frame.pc == from->pc && (frame.exact != 0) == exact;
    if (same) {
      hash = frame.hash;
    } else {
      hash = chain_hash(hash, from->pc, exact);
      frame.pc = from->pc;
      frame.hash = hash;
      frame.node = 0;
      frame.exact = exact;
      ++changed;
    }
    frame.return_slot = from->slot;
    frame.bp = from->bp;
    frame.needs_bp = needs_bp;
    inherited_bp_needed = needs_bp && from->bp_slot == 0;
    position = write_extras(position, index, *from, needs_bp);
    frame.extras = static_cast<std::uint16_t>(position);
  }
  depth_ = index;
  return changed;
}

}  // namespace memline::capture
