#include "lane_use.h"

#include <sys/prctl.h>

#include "sys.h"
#include "thread_end.h"

namespace memline::capture {

constinit thread_local ThreadState thread_state{};

namespace {

void read_name(char (&name)[16]) noexcept {
  name[0] = '\0';
  if (session.system_calls_allowed()) sys::call(SYS_prctl, PR_GET_NAME, sys::as_long(name));
  name[15] = '\0';
}

/// Writes a Thread record unless the lane's last one already says all that.
void name_thread(Lane& lane) noexcept {
  ThreadState& self = thread_state;
  if (self.number == 0) {
    self.number = session.next_thread.fetch_add(1, std::memory_order_relaxed) + 1;
    self.tid = session.system_calls_allowed() ? sys::gettid() : 0;
  }
  char name[16];
  read_name(name);
  const bool same_name = __builtin_strcmp(name, lane.name) == 0;
  if (lane.named && lane.thread == self.number - 1 && lane.tid == self.tid && same_name) return;
  __builtin_memcpy(lane.name, name, sizeof name);
  lane.thread = self.number - 1;
  lane.tid = self.tid;
  trace::Thread record{lane.thread, lane.tid, lane.name};
  lane.named = lane.write(record);
}

}  // namespace

void LaneUse::adopt(Lane& lane) noexcept {
  thread_state.lane = &lane;
  lane.borrowed = false;
  lane.open_spans = 0;
  name_thread(lane);
}

void LaneUse::renew(Lane& lane) noexcept {
  lane.epoch = session.epoch.load(std::memory_order_acquire);
  lane.unwinder->allow_system_calls(session.system_calls_allowed());
  lane.unwinder->invalidate();
  lane.stacks.clear();
}

Lane* LaneUse::enter_slowly(std::uint64_t sp) noexcept {
  ThreadState& self = thread_state;
  Lane* const own = self.lane;
  if (own != nullptr && is_stale(own->busy_sp, sp, self, session.system_calls_allowed())) {
    own->busy_sp = sp;
    own->recover();
    renew(*own);
    return own;
  }
  const bool keep = own == nullptr && !self.taking_lane && !self.ended;
  if (keep) self.taking_lane = true;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  session.clock.end_turn();
  Lane* const lane = session.lanes.claim(session.lane_context, session.system_calls_allowed());
  if (lane == nullptr) {
    session.count_lost(own != nullptr ? trace::Loss::kNested : trace::Loss::kNoLane, 1, 0);
  } else {
    lane->busy_sp = sp;
    if (lane->epoch != session.epoch.load(std::memory_order_acquire)) renew(*lane);
    lane->unwinder->forget_stack();  // the thread that had the lane before
    if (keep) {
      lane->stack_address = sp;
      adopt(*lane);
      watch_this_thread();
    } else {
      lane->borrowed = true;
      name_thread(*lane);
    }
  }
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (keep) self.taking_lane = false;
  return lane;
}

void LaneUse::give_back(Lane& lane) noexcept {
  lane.borrowed = false;
  session.lanes.give_back(lane);
}

void LaneUse::end_thread() noexcept {
  ThreadState& self = thread_state;
  Lane* const lane = self.lane;
  self.ended = true;
  if (lane == nullptr || lane->busy_sp != 0) return;
  self.lane = nullptr;
  lane->busy_sp = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
  if (state() == State::kRecording || state() == State::kPaused) {
    name_thread(*lane);
    trace::ThreadEnd record{session.clock.now()};
    lane->write(record);
  }
  lane->stack_address = 0;
  lane->busy_sp = 0;
  session.lanes.give_back(*lane);
}

}  // namespace memline::capture
