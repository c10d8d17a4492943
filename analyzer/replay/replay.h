/// \file replay(): runs the events of one image through the live heap and tells observers what each one changed.
///
/// Streams: memory grows with live blocks and distinct stacks, never with the number of events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "replay/change.h"
#include "replay/recording.h"

namespace memline::replay {

/// Which events an observer sees. The live heap always sees all of them.
struct EventFilter {
  std::vector<ThreadId> threads;    ///< empty: all
  std::optional<std::string> span;  ///< only events of threads while they are inside a span of this name
};

enum class BlockKind : std::uint8_t { kHeap, kMapping, kPool };

/// One live block, or an unbroken range of live mapped pages with one owner.
struct LiveBlock {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  NodeId owner = {};
  ThreadId thread = {};
  std::uint64_t acquired_ticks = 0;
  BlockKind kind = BlockKind::kHeap;
  bool observed = true;  ///< the event filter lets its acquisition through
};

/// Where to stop: after the n-th event of the image (1-based; 0: before the first), after the last event at or before a
/// time, or at the end. Events are numbered as Outcome counts them: one for every Change.
struct StopPoint {
  std::optional<std::uint64_t> event;
  std::optional<std::uint64_t> ticks;
  bool go_on = false;  ///< only look there, and replay the whole image
};

struct Outcome {
  std::int64_t live_bytes = 0;       ///< at the stop point
  std::int64_t inherited_bytes = 0;  ///< live at the start of a forked child
  std::uint64_t inherited_blocks = 0;
  std::int64_t peak_live_bytes = 0;  ///< exact maximum after any event (or at the start)
  std::uint64_t peak_event = 0;      ///< number of the event that first reached it; 0: the start
  std::uint64_t peak_ticks = 0;
  std::uint64_t events = 0;
  std::uint64_t vanished_bytes = 0;  ///< of blocks that were released, but by no event
  std::uint64_t vanished_blocks = 0;
  Losses losses;  ///< the recording's, plus what the replay found
};

/// Replays image `image` (its index in recording.images) of the recording's file. `observer` may be null. `at_stop`, if
/// given, is called for every live block at the stop point, in no particular order. `progress` may be null. The outcome
/// is that of all that was replayed.
Result<Outcome> replay(const Recording& recording, std::size_t image, const EventFilter& filter, const StopPoint& stop,
                       Observer* observer, const std::function<void(const LiveBlock&)>& at_stop = {},
                       Progress* progress = nullptr);

}  // namespace memline::replay
