/// \file What every recording function does around its record: take the lane, count what is lost, sample the RSS.
#pragma once

#include "lane_use.h"
#include "recorder.h"
#include "stack_recorder.h"

namespace memline::capture {

/// The RSS, and a look at what is in RAM where that has grown.
inline void take_samples(Lane& lane) noexcept {
  // With somebody outside who samples, the RSS is only asked for where what is in RAM is looked at.
  const bool others_do = session.space.is_watched() && !session.resident.is_on();
  const std::uint64_t rss_pages = session.rss.sample(lane, session.clock, others_do);
  if (rss_pages != 0) session.resident.grown(lane, rss_pages);
}

/// The turn of the lane that the thread's next event goes to; nullptr: it will be another than its own, as in a signal
/// handler inside of a hook.
inline Clock::Turn* own_turn() noexcept {
  Lane* const lane = thread_state.lane;
  return lane != nullptr && lane->busy_sp == 0 ? &lane->turn : nullptr;
}

/// Writes the record that `fill` makes: fill(Lane&) is called with the lane in use. `lost_bytes` are counted where the
/// record cannot be written. False: it was not.
template <class Fill>
inline bool record_event(const Site& site, std::uint64_t lost_bytes, const Fill& fill) noexcept {
  const LaneUse use(site.sp - 16);
  Lane* const lane = use.get();
  if (lane == nullptr) [[unlikely]]
    return false;
  auto record = fill(*lane);
  if (!lane->write(record)) [[unlikely]] {
    session.lost(lane->fault(), lost_bytes);
    return false;
  }
  if constexpr (requires { record.time; }) {
    if (session.rss.is_due(record.time)) [[unlikely]]
      take_samples(*lane);
  }
  return true;
}

/// The stack of an event that gives something back.
inline std::uint32_t release_stack(Lane& lane, const Site& site) noexcept {
  return session.settings.no_free_stacks ? 0 : record_stack(lane, site);
}

}  // namespace memline::capture
