#include "replay/replayer.h"

#include <sys/mman.h>

#include <algorithm>
#include <string>
#include <thread>
#include <variant>

#include "base/counted.h"
#include "replay/loss_notes.h"
#include "replay/protection.h"

namespace memline::replay {
namespace {

// Linux's, which older headers lack.
constexpr std::uint32_t kMremapFixed = 2;
constexpr std::uint32_t kMremapDontUnmap = 4;

/// A smaller trace is replayed before a thread has started.
constexpr std::uint64_t kWorthAThreadBytes = std::uint64_t{512} << 10;

/// Operations between the moment their block is asked for and the moment it is needed: what a cache miss takes.
constexpr std::size_t kPrefetchDistance = 12;

RangeState state_of(const trace::Map& record) {
  if (record.kind != trace::MapKind::kPrivateAnonymous) return RangeState::kLedger;
  return is_accessible(record.protection) ? RangeState::kLive : RangeState::kReserved;
}

bool wants_thread(Replayer::Threads threads, std::uint64_t trace_bytes) {
  if (threads != Replayer::Threads::kAsWorthwhile) return threads == Replayer::Threads::kTwo;
  return trace_bytes >= kWorthAThreadBytes && std::thread::hardware_concurrency() > 1;
}

Actor actor_of(const Operation& operation) {
  return {.ticks = operation.ticks,
          .thread = operation.thread,
          .stack = operation.stack,
          .lane = operation.lane,
          .observed = operation.observed};
}

}  // namespace

Replayer::Replayer(const trace::TraceFile& file, const Image& image, const trace::LaneLimits* limits,
                   const EventFilter& filter, const StopPoint& stop, Observer* observer, Threads threads)
    : image_(image),
      stop_(stop),
      observer_(observer),
      wants_changes_(observer != nullptr && observer->wants_changes()),
      wants_steps_(observer != nullptr && observer->wants_steps()),
      reader_(file, image, limits, filter),
      batches_([this](OperationBatch& batch) { return reader_.fill(batch); },
               wants_thread(threads, file.size_bytes())) {
  while (fault_counter_ < image.counters.size() && !image.counters[fault_counter_].faults) ++fault_counter_;
}

Outcome Replayer::run(Progress* progress, const std::function<void(const LiveBlock&)>& at_stop) {
  ProgressStretch stretch(progress, "replaying the events", image_.events);
  inherit();
  memory_.set_page_bytes(image_.page_bytes());
  for (const OperationBatch* batch = batches_.next(); batch != nullptr; batch = batches_.next()) {
    if (!apply(*batch, at_stop)) break;
    stretch.advance(outcome_.events);
  }
  if (!reached_stop_) reach_stop(at_stop);
  finish();
  return std::move(outcome_);
}

void Replayer::inherit() {
  if (image_.inherited == nullptr) return;
  memory_ = *image_.inherited;
  memory_.set_observed(reader_.begins_observed());
  memory_.for_each_live([this](const LiveBlock& block) {
    live_bytes_ += block.bytes;
    const bool is_block = block.kind != BlockKind::kMapping;
    outcome_.inherited_blocks += is_block ? 1 : 0;
    if (observer_ == nullptr) return;
    observer_->on_inherited(
        {.owner = block.owner, .owner_thread = block.thread, .bytes = block.bytes, .blocks = is_block ? 1U : 0U});
    if (!wants_steps_ || block.kind == BlockKind::kPool) return;
    AddressStep step;
    step.kind = is_block ? AddressStep::Kind::kAcquire : AddressStep::Kind::kMap;
    step.thread = block.thread;
    step.stack = block.owner;
    step.address = block.address;
    step.length = block.bytes;
    step.observed = false;
    observer_->on_step(step);
  });
  outcome_.inherited_bytes = outcome_.peak_live_bytes = static_cast<std::int64_t>(live_bytes_);
}

bool Replayer::past_stop(std::uint64_t ticks) const {
  return (stop_.event && outcome_.events >= *stop_.event) || (stop_.ticks && ticks > *stop_.ticks);
}

void Replayer::reach_stop(const std::function<void(const LiveBlock&)>& at_stop) {
  reached_stop_ = true;
  if (at_stop) memory_.for_each_live(at_stop);
}

inline void Replayer::commit(const Operation& operation) {
  outcome_.losses.unknown_frees += effect_.unknown_releases;
  for (const OwnerShare& share : effect_.vanished) {
    live_bytes_ -= share.bytes;
    outcome_.vanished_bytes += share.bytes;
    outcome_.vanished_blocks += share.blocks;
    if (!effect_.moved_at_fork) {
      lost_bytes_ += share.bytes;
      lost_blocks_ += share.blocks;
      ++outcome_.losses.events;
    }
    if (wants_changes_) observer_->on_vanished(share, static_cast<std::int64_t>(live_bytes_));
  }
  if (!effect_.happened) return;
  Change& change = effect_.change;
  live_bytes_ += change.acquired_bytes - change.released_bytes;
  change.live_bytes = static_cast<std::int64_t>(live_bytes_);
  ++outcome_.events;
  if (operation.observed) outcome_.losses.stacks.count(operation.stack_fate);
  if (change.live_bytes > outcome_.peak_live_bytes) {
    outcome_.peak_live_bytes = change.live_bytes;
    outcome_.peak_event = outcome_.events;
    outcome_.peak_ticks = change.ticks;
  }
  if (!wants_changes_) return;
  if (operation.observed) {
    observer_->on_change(change);
  } else {
    observer_->on_unobserved(operation.thread, change.live_bytes);
  }
}

bool Replayer::apply(const OperationBatch& batch, const std::function<void(const LiveBlock&)>& at_stop) {
  const std::size_t count = batch.operations.size();
  const std::uint64_t* old_address = batch.old_addresses.data();
  const bool may_stop = stop_.event.has_value() || stop_.ticks.has_value();
  for (std::size_t i = 0; i < std::min(count, kPrefetchDistance); ++i) memory_.prefetch(batch.operations[i].address);
  for (std::size_t i = 0; i < count; ++i) {
    const Operation& operation = batch.operations[i];
    if (may_stop && is_at_stop(operation)) {
      reach_stop(at_stop);
      if (!stop_.go_on) return false;
    }
    if (i + kPrefetchDistance < count) memory_.prefetch(batch.operations[i + kPrefetchDistance].address);
    effect_.reset();
    const Actor actor = actor_of(operation);
    switch (operation.action) {
      case Action::kAcquire:
        if (wants_steps_) tell(actor, AddressStep::Kind::kAcquire, operation.address, operation.bytes);
        memory_.acquire(actor, operation.address, operation.bytes, effect_);
        break;
      case Action::kRelease:
        if (wants_steps_) tell(actor, AddressStep::Kind::kRelease, operation.address, 0);
        memory_.release(actor, operation.address, effect_);
        break;
      case Action::kMoveBegin:
        memory_.move_begin(actor, operation.address, effect_);
        break;
      case Action::kMoveEnd:
        if (operation.address != 0) {
          tell(actor, AddressStep::Kind::kMove, operation.address, operation.bytes, *old_address);
        }
        memory_.move_end(actor, *old_address++, operation.address, operation.bytes, effect_);
        break;
      case Action::kOther:
        std::visit([&](const auto& known) { on(actor, known); }, batch.others[operation.bytes]);
        break;
    }
    commit(operation);
  }
  return true;
}

void Replayer::tell(const Actor& actor, AddressStep::Kind kind, std::uint64_t address, std::uint64_t length,
                    std::uint64_t from, std::uint64_t from_length) {
  if (!wants_steps_) return;
  observer_->on_step(
      {kind, actor.ticks, actor.thread, actor.stack, address, length, from, from_length, actor.observed});
}

void Replayer::on(const Actor& actor, const trace::Map& record) {
  tell(actor, AddressStep::Kind::kMap, record.address, record.length_bytes);
  const bool replaces = (record.flags & MAP_FIXED) != 0;
  memory_.map(actor, record.address, record.length_bytes, state_of(record), replaces, effect_);
}

void Replayer::on(const Actor& actor, const trace::Unmap& record) {
  tell(actor, AddressStep::Kind::kUnmap, record.address, record.length_bytes);
  memory_.unmap(actor, record.address, record.length_bytes, effect_);
}

void Replayer::on(const Actor& actor, const trace::RemapBegin& record) {
  memory_.remap_begin(actor, record.address, record.length_bytes, effect_);
}

void Replayer::on(const Actor& actor, const trace::RemapEnd& record) {
  if (record.address != 0) {
    tell(actor, AddressStep::Kind::kRemap, record.address, record.length_bytes, record.old_address,
         record.old_length_bytes);
  }
  memory_.remap_end(actor, record.old_address, record.old_length_bytes, record.address, record.length_bytes,
                    (record.flags & kMremapDontUnmap) != 0, (record.flags & kMremapFixed) != 0, effect_);
}

void Replayer::on(const Actor& actor, const trace::Protect& record) {
  memory_.make_accessible(actor, record.address, record.length_bytes, effect_);
}

void Replayer::on(const Actor& actor, const trace::Advise& record) {
  // Linux's, which older headers lack: MADV_DONTNEED, MADV_REMOVE, MADV_DONTNEED_LOCKED. MADV_FREE gives pages back only
  // when somebody needs them.
  for (const std::uint32_t gives_up : {4U, 9U, 24U}) {
    if (record.advice == gives_up) {
      tell(actor, AddressStep::Kind::kGiveUp, record.address, record.length_bytes);
    }
  }
}

void Replayer::on(const Actor& actor, const trace::Break& record) {
  if (record.new_break < record.old_break) {
    tell(actor, AddressStep::Kind::kUnmap, record.new_break, record.old_break - record.new_break);
  }
  memory_.move_break(actor, record.old_break, record.new_break, effect_);
}

void Replayer::on(const Actor& actor, const trace::PoolBacking& record) {
  memory_.pool_backing(actor, record.pool, record.address, record.length_bytes, effect_);
}

void Replayer::on(const Actor& actor, const trace::PoolAcquire& record) {
  memory_.pool_acquire(actor, record.pool, record.address, record.size_bytes, effect_);
}

void Replayer::on(const Actor& actor, const trace::PoolRealloc& record) {
  memory_.pool_move(actor, record.pool, record.old_address, record.address, record.size_bytes, effect_);
}

void Replayer::on(const Actor& actor, const trace::PoolRelease& record) {
  memory_.pool_release(actor, record.pool, record.address, effect_);
}

void Replayer::on(const Actor& actor, const trace::PoolReset& record) {
  memory_.pool_reset(actor, record.pool, effect_);
}

void Replayer::on(const Actor& actor, const trace::PoolDestroy& record) {
  memory_.pool_destroy(actor, record.pool, effect_);
}

void Replayer::on(const Actor& actor, const SpanEdge& edge) {
  if (observer_ == nullptr || !actor.observed) return;
  switch (edge.kind) {
    case SpanEdge::Kind::kBegin:
      return observer_->on_span_begin(actor.thread, edge.token, actor.ticks);
    case SpanEdge::Kind::kEnd:
      return observer_->on_span_end(edge.token, actor.ticks);
    case SpanEdge::Kind::kAttach:
      return observer_->on_span_attach(actor.thread, edge.token);
    case SpanEdge::Kind::kDetach:
      return observer_->on_span_detach(actor.thread, edge.token);
  }
}

void Replayer::on(const Actor& actor, const trace::Sample& record) {
  if (observer_ == nullptr || record.counter == 0) return;
  if (record.counter > image_.counters.size()) return;
  observer_->on_sample({.ticks = actor.ticks,
                        .thread = actor.thread,
                        .stack = actor.stack,
                        .counter = record.counter - 1,
                        .value = record.value,
                        .is_fault = false,
                        .address = 0,
                        .observed = actor.observed});
}

void Replayer::on(const Actor& actor, const trace::PageFault& record) {
  if (observer_ == nullptr || fault_counter_ >= image_.counters.size()) return;
  observer_->on_sample({.ticks = actor.ticks,
                        .thread = actor.thread,
                        .stack = actor.stack,
                        .counter = fault_counter_,
                        .value = 1,
                        .is_fault = true,
                        .address = record.address,
                        .observed = actor.observed});
}

void Replayer::on(const Actor& actor, const trace::ResidentLook& record) {
  if (observer_ == nullptr || !observer_->wants_look(record.time)) return;
  look_of(actor).begin(record, image_.page_bytes());
}

void Replayer::on(const Actor& actor, const std::unique_ptr<NamedRegion>& region) {
  trace::ResidentRegion record = region->record;
  record.name = region->name;
  look_of(actor).add(record);
}

void Replayer::on(const Actor& actor, const std::unique_ptr<trace::ResidentPages>& record) {
  look_of(actor).add(*record);
}

void Replayer::on(const Actor& actor, const trace::ResidentEnd& record) {
  LookAssembler& look = look_of(actor);
  if (look.end(record)) observer_->on_look(look.look(), memory_);
}

LookAssembler& Replayer::look_of(const Actor& actor) {
  if (looks_.size() <= actor.lane) looks_.resize(actor.lane + 1);
  return looks_[actor.lane];
}

void Replayer::finish() {
  outcome_.live_bytes = static_cast<std::int64_t>(live_bytes_);
  Losses& losses = outcome_.losses;
  if (lost_blocks_ != 0 || lost_bytes_ != 0) {
    add_incomplete(losses, "live memory was handed out again without a recorded release: " +
                               counted(lost_blocks_, "block", "blocks") + ", " + counted(lost_bytes_, "byte", "bytes"));
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
