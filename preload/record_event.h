/// \file What every recording function does around its record: take the lane, count what is lost, sample the RSS.
#pragma once

#include "lane_use.h"
#include "recorder.h"
#include "stack_recorder.h"

namespace memline::capture {

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
      session.rss.sample(*lane, session.clock, session.space.is_watched());
  }
  return true;
}

/// The stack of an event that gives something back.
inline std::uint32_t release_stack(Lane& lane, const Site& site) noexcept {
  return session.settings.no_free_stacks ? 0 : record_stack(lane, site);
}

}  // namespace memline::capture
