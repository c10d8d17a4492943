#include "replay/replayer.h"

#include <sys/mman.h>

#include <bit>
#include <optional>
#include <string>
#include <type_traits>

#include "base/counted.h"
#include "replay/loss_notes.h"

namespace memline::replay {
namespace {

// Linux's, which older headers lack.
constexpr std::uint32_t kMremapFixed = 2;
constexpr std::uint32_t kMremapDontUnmap = 4;

constexpr std::uint32_t kAccess = PROT_READ | PROT_WRITE | PROT_EXEC;

RangeState state_of(const trace::Map& record) {
  if (record.kind != trace::MapKind::kPrivateAnonymous) return RangeState::kLedger;
  return (record.protection & kAccess) != 0 ? RangeState::kLive : RangeState::kReserved;
}

std::uint64_t sane_page_bytes(std::uint32_t bytes) {
  constexpr std::uint32_t kLeast = 4096, kMost = 1U << 20;
  return std::has_single_bit(bytes) && bytes >= kLeast && bytes <= kMost ? bytes : kLeast;
}

template <class Record>
inline constexpr bool kIsNoEvent =
    std::is_same_v<Record, trace::Stack> || std::is_same_v<Record, trace::NamedFrame> ||
    std::is_same_v<Record, trace::Module> || std::is_same_v<Record, trace::Thread> ||
    std::is_same_v<Record, trace::Tick> || std::is_same_v<Record, trace::Clock> ||
    std::is_same_v<Record, trace::ResidentLook> || std::is_same_v<Record, trace::ResidentRegion> ||
    std::is_same_v<Record, trace::ResidentPages> || std::is_same_v<Record, trace::ResidentEnd>;

}  // namespace

Replayer::Replayer(const trace::TraceFile& file, const Image& image, const trace::LaneLimits* limits,
                   const EventFilter& filter, const StopPoint& stop, Observer* observer)
    : image_(image),
      stop_(stop),
      observer_(observer),
      most_modules_(most_modules(file.size_bytes())),
      reader_(file, image.number, limits, nullptr),
      lanes_(reader_.lane_count()) {
  for (Lane& lane : lanes_) lane.thread = image.unknown_thread;
  if (!filter.threads.empty()) {
    thread_observed_.resize(image.threads.size());
    for (const ThreadId thread : filter.threads) {
      if (thread.index() < thread_observed_.size()) thread_observed_[thread.index()] = true;
    }
  }
  if (filter.span) span_.emplace(*filter.span);
}

Outcome Replayer::run() {
  inherit();
  memory_.set_page_bytes(sane_page_bytes(image_.start.page_bytes));
  while (const std::optional<std::size_t> lane = reader_.next()) {
    trace::LaneReader& records = reader_.lane(*lane);
    if (past_stop(records.ticks())) break;
    lane_ = *lane;
    records.take([this](const auto& record) { on(record); });
  }
  finish();
  return std::move(outcome_);
}

void Replayer::inherit() {
  if (image_.inherited == nullptr) return;
  memory_ = *image_.inherited;
  memory_.set_observed(observed(ThreadId{std::size_t{0}}));
  memory_.for_each_live([this](const LiveBlock& block) {
    live_bytes_ += block.bytes;
    const bool is_block = block.kind != BlockKind::kMapping;
    outcome_.inherited_blocks += is_block ? 1 : 0;
    if (observer_ == nullptr) return;
    observer_->on_inherited(
        {.owner = block.owner, .owner_thread = block.thread, .bytes = block.bytes, .blocks = is_block ? 1U : 0U});
  });
  outcome_.inherited_bytes = outcome_.peak_live_bytes = static_cast<std::int64_t>(live_bytes_);
}

bool Replayer::past_stop(std::uint64_t ticks) const {
  return (stop_.event && outcome_.events >= *stop_.event) || (stop_.ticks && ticks > *stop_.ticks);
}

Actor Replayer::actor(std::uint64_t ticks, std::uint32_t stack, bool is_release) {
  effect_.reset();
  const Lane& lane = lanes_[lane_];
  const Actor actor{.ticks = ticks,
                    .thread = lane.thread,
                    .stack = lane.stacks.find(stack),
                    .lane = lane_,
                    .observed = observed(lane.thread)};
  // Without recorded stacks a release has none; that is no loss.
  const bool recorded = stack != 0 || !is_release || image_.start.free_stacks != 0;
  short_stack_ = recorded && image_.stacks.end(actor.stack) != trace::StackEnd::kRoot;
  return actor;
}

bool Replayer::observed(ThreadId thread) const {
  if (!thread_observed_.empty() && !(thread.index() < thread_observed_.size() && thread_observed_[thread.index()])) {
    return false;
  }
  return !span_ || span_->inside(thread);
}

void Replayer::commit(ThreadId thread) {
  outcome_.losses.unknown_frees += effect_.unknown_releases;
  for (const OwnerShare& share : effect_.vanished) {
    live_bytes_ -= share.bytes;
    outcome_.vanished_bytes += share.bytes;
    outcome_.vanished_blocks += share.blocks;
    ++outcome_.losses.events;
    if (observer_ != nullptr) observer_->on_vanished(share, static_cast<std::int64_t>(live_bytes_));
  }
  if (!effect_.happened) return;
  Change& change = effect_.change;
  live_bytes_ += change.acquired_bytes - change.released_bytes;
  change.live_bytes = static_cast<std::int64_t>(live_bytes_);
  ++outcome_.events;
  if (short_stack_) ++outcome_.losses.short_stacks;
  if (change.live_bytes > outcome_.peak_live_bytes) {
    outcome_.peak_live_bytes = change.live_bytes;
    outcome_.peak_event = outcome_.events;
    outcome_.peak_ticks = change.ticks;
  }
  if (observer_ == nullptr) return;
  if (observed(thread)) {
    observer_->on_change(change);
  } else {
    observer_->on_unobserved(thread);
  }
}

void Replayer::on(const trace::Thread& record) {
  const bool known = record.thread < image_.threads.size();
  lanes_[lane_].thread = known ? ThreadId{std::size_t{record.thread}} : image_.unknown_thread;
}

void Replayer::on(const trace::Stack& record) {
  define_stack(record, lanes_[lane_].stacks, most_modules_, [this](NodeId parent, const trace::FrameRef& frame) {
    return image_.stacks.find_child(parent, module_of(frame), frame.offset, frame.exact);
  });
}

void Replayer::on(const trace::NamedFrame& record) {
  LaneStacks& stacks = lanes_[lane_].stacks;
  const NodeId parent = record.parent == 0 ? StackTable::root(trace::StackEnd::kRoot) : stacks.find(record.parent);
  stacks.define(record.id, image_.stacks.find_named_child(
                               parent, {std::string(record.file), std::string(record.function), record.line}));
}

template <class Record>
void Replayer::acquire(const Record& record) {
  memory_.acquire(actor(record.time, record.stack, false), record.address, record.size_bytes, effect_);
  commit(thread());
}

void Replayer::on(const trace::Release& record) {
  memory_.release(actor(record.time, record.stack, true), record.address, effect_);
  commit(thread());
}

void Replayer::on(const trace::MoveBegin& record) {
  memory_.move_begin({.ticks = record.time, .thread = thread(), .stack = kUnknownStack, .lane = lane_}, record.address);
}

void Replayer::on(const trace::MoveEnd& record) {
  memory_.move_end(actor(record.time, record.stack, record.address == 0), record.old_address, record.address,
                   record.size_bytes, effect_);
  commit(thread());
}

void Replayer::on(const trace::Map& record) {
  const bool replaces = (record.flags & MAP_FIXED) != 0;
  memory_.map(actor(record.time, record.stack, false), record.address, record.length_bytes, state_of(record), replaces,
              effect_);
  commit(thread());
}

bool Replayer::unmap_stands(const trace::Unmap& record) const {
  // No more than this stands between the two halves: what one stack needs to be defined.
  constexpr int kMostBetween = 4096;
  bool stands = true;
  int between = 0;
  reader_.lane(lane_).look_ahead([&]<class Next>(const Next& next) {
    if constexpr (std::is_same_v<Next, trace::UnmapFailed>) {
      stands = next.address != record.address;
    } else if constexpr (std::is_same_v<Next, trace::Map>) {
      // The first half of an mmap over live memory: Map takes away what stands there, in one event.
      stands =
          (next.flags & MAP_FIXED) == 0 || next.address != record.address || next.length_bytes != record.length_bytes;
    } else {
      // Definitions and samples may stand between the two halves, events may not.
      return ++between < kMostBetween && kIsNoEvent<Next>;
    }
    return false;
  });
  return stands;
}

void Replayer::on(const trace::Unmap& record) {
  if (!unmap_stands(record)) return;
  memory_.unmap(actor(record.time, record.stack, true), record.address, record.length_bytes, effect_);
  commit(thread());
}

void Replayer::on(const trace::RemapBegin& record) {
  memory_.remap_begin({.ticks = record.time, .thread = thread(), .stack = kUnknownStack, .lane = lane_}, record.address,
                      record.length_bytes);
}

void Replayer::on(const trace::RemapEnd& record) {
  memory_.remap_end(actor(record.time, record.stack, record.address == 0), record.old_address, record.old_length_bytes,
                    record.address, record.length_bytes, (record.flags & kMremapDontUnmap) != 0,
                    (record.flags & kMremapFixed) != 0, effect_);
  commit(thread());
}

void Replayer::on(const trace::Protect& record) {
  if ((record.protection & kAccess) == 0) return;
  memory_.make_accessible(actor(record.time, record.stack, false), record.address, record.length_bytes, effect_);
  commit(thread());
}

void Replayer::on(const trace::Break& record) {
  memory_.move_break(actor(record.time, record.stack, false), record.old_break, record.new_break, effect_);
  commit(thread());
}

void Replayer::on(const trace::PoolBacking& record) {
  memory_.pool_backing(actor(record.time, record.stack, false), record.pool, record.address, record.length_bytes,
                       effect_);
  commit(thread());
}

void Replayer::on(const trace::PoolAcquire& record) {
  memory_.pool_acquire(actor(record.time, record.stack, false), record.pool, record.address, record.size_bytes,
                       effect_);
  commit(thread());
}

void Replayer::on(const trace::PoolRealloc& record) {
  memory_.pool_move(actor(record.time, record.stack, false), record.pool, record.old_address, record.address,
                    record.size_bytes, effect_);
  commit(thread());
}

void Replayer::on(const trace::PoolRelease& record) {
  memory_.pool_release(actor(record.time, record.stack, true), record.pool, record.address, effect_);
  commit(thread());
}

void Replayer::on(const trace::PoolReset& record) {
  memory_.pool_reset(actor(record.time, record.stack, true), record.pool, effect_);
  commit(thread());
}

void Replayer::on(const trace::PoolDestroy& record) {
  memory_.pool_destroy(actor(record.time, record.stack, true), record.pool, effect_);
  commit(thread());
}

void Replayer::on(const trace::ResidentLook& record) {
  if (observer_ == nullptr || !observer_->wants_look(record.time)) return;
  lanes_[lane_].look.begin(record, sane_page_bytes(image_.start.page_bytes));
}

void Replayer::on(const trace::ResidentEnd& record) {
  LookAssembler& look = lanes_[lane_].look;
  if (look.end(record)) observer_->on_look(look.look(), memory_);
}

void Replayer::finish() {
  outcome_.live_bytes = static_cast<std::int64_t>(live_bytes_);
  Losses& losses = outcome_.losses;
  if (outcome_.vanished_blocks != 0 || outcome_.vanished_bytes != 0) {
    add_incomplete(losses, "live memory was handed out again without a recorded release: " +
                               counted(outcome_.vanished_blocks, "block", "blocks") + ", " +
                               counted(outcome_.vanished_bytes, "byte", "bytes"));
  }
  if (losses.unknown_frees != 0) {
    const std::string frees = counted(losses.unknown_frees, "free of a block", "frees of blocks");
    if (image_.was_paused) {
      losses.notes.push_back(frees + " acquired while recording was paused: counted as 0 bytes");
    } else {
      add_incomplete(losses, frees + " whose allocation was not recorded: counted as 0 bytes");
    }
  }
}

}  // namespace memline::replay
