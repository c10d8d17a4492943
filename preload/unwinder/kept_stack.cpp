#include "unwinder/kept_stack.h"

#include "unwinder/stack_hash.h"

namespace memline::capture {

/// Some word has changed, or the depth does not fit: keeps the candidates up to the outermost one with a changed word.
/// That one may itself be met again; the frames outside of it are unchanged.
[[gnu::noinline]] KeptStack::Candidates KeptStack::unchanged_of(Candidates left) const noexcept {
  if (left.are_verified) return left;
  left.are_verified = true;
  const Word* extra = extras_;
  const KeptFrame* frame = frames_ - 1;
  for (const Word* word = words_; word != left.end; ++word, ++frame) {
    // First what is outside of the frame, then its own slot.
    bool unchanged = true;
    for (const Word* const last = extras_ + frame->extras; extra != last; ++extra)
      unchanged = unchanged && extra->difference() == 0;
    if (!unchanged) {
      left.end = word;
      break;
    }
    if (word + 1 != left.end && word->difference() != 0) {
      left.end = word + 1;
      break;
    }
  }
  return left;
}

/// Notes from what frame `index` was found, beside its return address, and what the next inner one must know.
template <bool kPlain>
[[gnu::always_inline]] inline void KeptStack::link_in(std::uint32_t index, const FreshFrame& fresh, bool needs_bp,
                                                      Link& link) noexcept {
  KeptFrame& frame = frames_[index];
  frame.bp = fresh.bp;
  frame.needs_bp = needs_bp;
  bool is_proven = true;
  if constexpr (!kPlain) {
    is_proven = (fresh.flags & FreshFrame::kUnproven) == 0;
    if (!is_proven && candidates_ > index) candidates_ = index + 1;
    if (is_proven && (fresh.flags & FreshFrame::kCfaWord) != 0) {
      extras_[link.extras++] = Word{fresh.cfa_word, Word::read(fresh.cfa_word)};
    }
  }
  link.needs_bp = false;
  if (needs_bp) {
    if (fresh.bp_slot == 0) {
      link.needs_bp = true;
    } else if (is_proven) {
      extras_[link.extras++] = Word{fresh.bp_slot, fresh.bp};
    }
  }
  frame.extras = static_cast<std::uint16_t>(link.extras);
}

/// Writes fresh frames over the kept ones from `index` inwards; `from[-1]` is the outermost. `same`: what is kept outside
/// of them has the hash that it had.
template <bool kPlain>
[[gnu::always_inline]] inline std::uint32_t KeptStack::write(const FreshFrame* fresh, const FreshFrame* from,
                                                             std::uint32_t index, Link link, bool same) noexcept {
  const auto is_exact = [](const FreshFrame& frame) { return !kPlain && (frame.flags & FreshFrame::kExact) != 0; };
  const auto needs_bp = [&] { return (from->flags & FreshFrame::kUsesBp) != 0 || link.needs_bp; };
  const std::uint32_t old_depth = depth_;
  for (; same && from != fresh && index < old_depth; ++index) {
    KeptFrame& frame = frames_[index];
    if (words_[index].value != from[-1].pc || (frame.exact != 0) != is_exact(from[-1])) break;
    --from;
    words_[index].address = from->slot;
    link.hash = frame.hash;
    link_in<kPlain>(index, *from, needs_bp(), link);
  }
  const auto changed = static_cast<std::uint32_t>(from - fresh);
  for (; from != fresh; ++index) {
    --from;
    KeptFrame& frame = frames_[index];
    words_[index] = Word{from->slot, from->pc};
    link.hash = chain_hash(link.hash, from->pc, is_exact(*from));
    frame.hash = link.hash;
    frame.node = 0;
    frame.exact = is_exact(*from);
    link_in<kPlain>(index, *from, needs_bp(), link);
  }
  depth_ = index;
  if (kPlain || candidates_ > index) candidates_ = index;
  return changed;
}

template <bool kPlain>
[[gnu::always_inline]] inline std::uint32_t KeptStack::replace_inside(const FreshFrame* fresh, std::uint32_t count,
                                                                      std::uint32_t matched) noexcept {
  const KeptFrame& frame = frames_[matched];
  const FreshFrame* const outermost = fresh + count - 1;
  Link link{frame.hash, extras_outside(matched), false};
  link_in<kPlain>(matched, *outermost, frame.needs_bp != 0, link);
  return write<kPlain>(fresh, outermost, matched + 1, link, true);
}

std::uint32_t KeptStack::splice(const FreshFrame* fresh, std::uint32_t count, std::uint32_t matched) noexcept {
  return replace_inside<true>(fresh, count, matched);
}

std::uint32_t KeptStack::commit(const FreshFrame* fresh, std::uint32_t count, std::uint32_t matched,
                                const Ending& ending, StackBounds bounds) noexcept {
  candidates_ = kNoMatch;
  if (matched != kNoMatch) return replace_inside<false>(fresh, count, matched);
  const bool same = ending.end == end_;
  end_ = ending.end;
  most_frames_ = end_ == StackEnd::kDepthLimit ? 0 : max_frames_;
  bounds_ = ending.is_proven ? bounds : StackBounds{0, 0};
  Link link{root_hash(ending.end), 0, false};
  if (ending.terminal_slot != 0) extras_[link.extras++] = Word{ending.terminal_slot, 0};
  frames_[-1].extras = static_cast<std::uint16_t>(link.extras);
  return write<false>(fresh, fresh + count, 0, link, same);
}

}  // namespace memline::capture
