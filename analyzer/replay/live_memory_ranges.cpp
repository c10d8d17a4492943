// LiveMemory: mappings and the break.
#include <algorithm>
#include <utility>

#include "replay/live_memory.h"

namespace memline::replay {
namespace {

OwnerShare share_of(const MappedRange& range) {
  return {.owner = range.owner, .owner_thread = range.thread, .bytes = range.bytes()};
}

}  // namespace

std::uint64_t LiveMemory::pages_end(std::uint64_t address, std::uint64_t length) const {
  const std::uint64_t last = address + length + (page_bytes_ - 1);
  if (length == 0 || last < address || last - address < length) return page_down(address);
  return page_down(last);
}

/// Takes [begin, end) out. Its live bytes are released by the event, or, not `charged`, have vanished unseen.
void LiveMemory::drop_ranges(std::uint64_t begin, std::uint64_t end, bool charged, Effect& effect) {
  for (const MappedRange& range : ranges_.take(begin, end)) {
    if (range.state == RangeState::kLive) (charged ? effect.released : effect.vanished).push_back(share_of(range));
  }
}

void LiveMemory::add_live_range(const Actor& actor, std::uint64_t begin, std::uint64_t end, RangeState state,
                                Effect& effect) {
  ranges_.put({.begin = begin,
               .end = end,
               .state = state,
               .owner = actor.stack,
               .thread = actor.thread,
               .acquired = actor.stamp()});
  if (state == RangeState::kLive) effect.change.acquired_bytes += end - begin;
}

void LiveMemory::map(const Actor& actor, std::uint64_t address, std::uint64_t length, RangeState state, bool replaces,
                     Effect& effect) {
  const std::uint64_t begin = page_down(address);
  const std::uint64_t end = pages_end(address, length);
  if (begin >= end) return;
  drop_ranges(begin, end, replaces, effect);
  add_live_range(actor, begin, end, state, effect);
  effect.change.mappings = 1;
  finish(actor, {}, effect);
}

void LiveMemory::unmap(const Actor& actor, std::uint64_t address, std::uint64_t length, Effect& effect) {
  const std::vector<MappedRange> taken = ranges_.take(page_down(address), pages_end(address, length));
  if (taken.empty()) return;
  for (const MappedRange& range : taken) {
    if (range.state == RangeState::kLive) effect.released.push_back(share_of(range));
  }
  effect.change.unmappings = 1;
  finish(actor, {}, effect);
}

void LiveMemory::make_accessible(const Actor& actor, std::uint64_t address, std::uint64_t length, Effect& effect) {
  const std::uint64_t begin = page_down(address);
  const std::uint64_t end = pages_end(address, length);
  for (const MappedRange& range : ranges_.overlap(begin, end)) {
    if (range.state != RangeState::kReserved) continue;
    ranges_.take(range.begin, range.end);
    add_live_range(actor, range.begin, range.end, RangeState::kLive, effect);
  }
  if (effect.change.acquired_bytes == 0) return;
  effect.change.mappings = 1;
  finish(actor, {}, effect);
}

/// Where something else stands by now, they have gone without an event.
void LiveMemory::restore_ranges(Parked& parked, std::vector<OwnerShare>& vanished) {
  for (const MappedRange& range : std::exchange(parked.ranges, {})) {
    MappedRange gap = range;
    for (const MappedRange& other : ranges_.overlap(range.begin, range.end)) {
      gap.end = other.begin;
      if (gap.begin < gap.end) ranges_.put(gap);
      gap.begin = other.end;
      MappedRange lost = range;
      lost.begin = other.begin, lost.end = other.end;
      if (range.state == RangeState::kLive) vanished.push_back(share_of(lost));
    }
    gap.end = range.end;
    if (gap.begin < gap.end) ranges_.put(gap);
  }
}

void LiveMemory::remap_begin(const Actor& actor, std::uint64_t address, std::uint64_t length, Effect& effect) {
  Parked& waiting = parked(actor);
  restore_ranges(waiting, effect.vanished);
  waiting.ranges = ranges_.take(page_down(address), pages_end(address, length));
  waiting.ranges_begin = page_down(address);
}

/// Each page stays what it was; what is new behind them is like the last one.
void LiveMemory::put_moved(const Actor& actor, const std::vector<MappedRange>& old, std::uint64_t old_begin,
                           std::uint64_t begin, std::uint64_t end, Effect& effect) {
  for (const MappedRange& range : old) {
    const bool last = &range == &old.back();
    const std::uint64_t piece_begin = begin + (range.begin - old_begin);
    const std::uint64_t piece_end = last ? end : std::min(begin + (range.end - old_begin), end);
    if (piece_begin >= piece_end) break;
    // What a pool had as its reserve and was moved away under it is plain memory again.
    const RangeState state = range.state == RangeState::kPool ? RangeState::kLive : range.state;
    add_live_range(actor, piece_begin, piece_end, state, effect);
  }
}

void LiveMemory::remap_end(const Actor& actor, std::uint64_t old_address, std::uint64_t old_length,
                           std::uint64_t address, std::uint64_t length, bool keeps_old, bool replaces, Effect& effect) {
  Parked& waiting = parked(actor);
  if (address == 0 || waiting.ranges_begin != page_down(old_address)) {
    restore_ranges(waiting, effect.vanished);
    if (address == 0) return;
  }
  const std::vector<MappedRange> old = waiting.ranges;
  if (keeps_old) restore_ranges(waiting, effect.vanished);
  waiting.ranges.clear();

  const std::uint64_t begin = page_down(address);
  const std::uint64_t end = pages_end(address, length);
  const MappedRange* source = nullptr;
  if (!old.empty()) {
    if (!keeps_old) {
      for (const MappedRange& range : old) {
        if (range.state == RangeState::kLive) effect.released.push_back(share_of(range));
      }
    }
    drop_ranges(begin, end, replaces, effect);
    put_moved(actor, old, page_down(old_address), begin, end, effect);
  } else if (old_length == 0 && (source = ranges_.find(old_address)) != nullptr) {
    const RangeState state = source->state;  // a length of 0 makes a second mapping of the same shared pages
    drop_ranges(begin, end, replaces, effect);
    if (begin < end) add_live_range(actor, begin, end, state, effect);
  } else {
    // Of a mapping that the trace does not know: only what it lands on can be told.
    drop_ranges(begin, end, replaces, effect);
    if (effect.released.empty()) return;
  }
  effect.change.mappings = 1;
  finish(actor, {}, effect);
}

void LiveMemory::move_break(const Actor& actor, std::uint64_t old_break, std::uint64_t new_break, Effect& effect) {
  if (new_break > old_break) {
    drop_ranges(old_break, new_break, false, effect);
    add_live_range(actor, old_break, new_break, RangeState::kLive, effect);
    effect.change.mappings = 1;
    finish(actor, {}, effect);
  } else {
    const std::vector<MappedRange> taken = ranges_.take(new_break, old_break);
    if (taken.empty()) return;
    for (const MappedRange& range : taken) {
      if (range.state == RangeState::kLive) effect.released.push_back(share_of(range));
    }
    effect.change.unmappings = 1;
    finish(actor, {}, effect);
  }
}

}  // namespace memline::replay
