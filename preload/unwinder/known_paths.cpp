#include "unwinder/known_paths.h"

#include "unwinder/stack_hash.h"

namespace memline::capture {

void KnownPaths::forget() noexcept {
  for (Set& set : sets_) set = {};
}

[[gnu::noinline]] KnownStack* KnownPaths::hash_anew(Path& path, std::uint64_t base_hash) noexcept {
  std::uint64_t hash = base_hash;
  for (std::size_t i = path.steps - 1U; i > 0; --i) hash = chain_hash(hash, path.words[i - 1].value, false);
  path.stack = KnownStack{chain_hash(hash, path.pc, false), 0};
  path.base_hash = base_hash;
  return &path.stack;
}

void KnownPaths::empty(Path& path, std::uint32_t steps) noexcept {
  path.pc = 0;
  path.steps = static_cast<std::uint8_t>(steps < UINT8_MAX ? steps : UINT8_MAX);
}

/// The path to write, `steps` being changed to those it shall have; nullptr: none.
KnownPaths::Path* KnownPaths::place_for(const FreshFrame* fresh, std::uint32_t& steps) noexcept {
  const std::uint64_t sp = fresh[0].slot + 8;
  const std::uint32_t tag = tag_of(fresh[0].pc, sp);
  Set& set = sets_[tag % kSets];
  Path* const paths = paths_[tag % kSets];
  Path* place = nullptr;
  std::uint32_t fewest = steps;
  bool is_first = true;
  for (std::size_t way = 0; way < kWays; ++way) {
    if (set.tags[way] != tag) continue;
    is_first = false;
    Path& path = paths[way];
    if (path.steps < fewest) fewest = path.steps;
    if (path.pc == 0) {
      place = &path;
    } else if (path.pc == fresh[0].pc && path.sp == sp && path.steps <= steps &&
               path.base.slot == fresh[path.steps].slot && is_unchanged(path)) {
      // Now and then what is outside changes, and the walk has just kept it. Only where the base never lasts is a path to
      // one further outside wanted.
      return ++path.misses < kMostMisses ? nullptr : &path;
    }
  }
  // A walk far out is the exception: what changes all the time is inside of that.
  steps = fewest;
  if (place != nullptr) return place;
  const std::size_t way = next_way_++ % kWays;
  set.tags[way] = tag;
  if (!is_first) return &paths[way];
  // Most places are come to once.
  empty(paths[way], steps);
  return nullptr;
}

void KnownPaths::learn(const FreshFrame* fresh, std::uint32_t count, std::uint32_t base,
                       const KeptStack& stack) noexcept {
  if (left_out_ != 0) return;
  if (++misses_ == kMissesCounted) {
    if (hits_ < 2 * misses_) left_out_ = kLeftOut;
    hits_ = misses_ = 0;
  }
  std::uint32_t steps = count - 1;
  Path* const path = steps == 0 ? nullptr : place_for(fresh, steps);
  if (path == nullptr) return;
  empty(*path, steps);
  std::uint32_t words = steps - 1;
  if (words > kMostWords) return;
  base += count - 1 - steps;
  for (std::uint32_t i = 0; i < words; ++i) path->words[i] = Word{fresh[i + 1].slot, fresh[i + 1].pc};
  path->base = stack.base(base, steps);
  // From outside inwards: whether the bp that a frame shares with an outer one is used.
  bool is_used = path->base.needs_bp;
  for (std::uint32_t i = steps; i > 0; --i) {
    if (is_used && fresh[i].bp_slot != 0) {
      if (words == kMostWords) return;
      path->words[words++] = Word{fresh[i].bp_slot, fresh[i].bp};
      is_used = false;
    }
    is_used = is_used || (fresh[i - 1].flags & FreshFrame::kUsesBp) != 0;
  }
  path->sp = fresh[0].slot + 8;
  path->bp = fresh[0].bp;
  path->starts_with_bp = is_used;
  path->word_count = static_cast<std::uint8_t>(words);
  path->misses = 0;
  path->base_hash = stack.hash(base);
  path->stack = KnownStack{stack.hash(stack.depth() - 1), 0};
  path->pc = fresh[0].pc;
}

}  // namespace memline::capture
