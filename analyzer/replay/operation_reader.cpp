#include "replay/operation_reader.h"

#include <sys/mman.h>

#include <string>
#include <type_traits>

#include "replay/possible_size.h"
#include "replay/protection.h"

namespace memline::replay {
namespace {

/// Enough that handing them over costs nothing, few enough that they stay in the cache.
constexpr std::size_t kBatchOperations = 2048;
/// What one record can become.
constexpr std::size_t kMostOperations = 1;

template <class Record>
inline constexpr bool kIsNoEvent =
    std::is_same_v<Record, trace::Stack> || std::is_same_v<Record, trace::NamedFrame> ||
    std::is_same_v<Record, trace::Module> || std::is_same_v<Record, trace::Thread> ||
    std::is_same_v<Record, trace::Tick> || std::is_same_v<Record, trace::Clock> ||
    std::is_same_v<Record, trace::ResidentLook> || std::is_same_v<Record, trace::ResidentRegion> ||
    std::is_same_v<Record, trace::ResidentPages> || std::is_same_v<Record, trace::ResidentEnd>;

}  // namespace

OperationReader::OperationReader(const trace::TraceFile& file, const Image& image, const trace::LaneLimits* limits,
                                 const EventFilter& filter)
    : image_(image),
      most_modules_(most_modules(file.size_bytes())),
      reader_(file, image.number, limits, nullptr),
      lanes_(reader_.lane_count()),
      all_complete_(image.stacks.all_complete()) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i].thread = image.unknown_thread;
    const auto known = image.lane_stacks.find(reader_.lane(i).lane());
    if (known != image.lane_stacks.end()) lanes_[i].known = &known->second;
  }
  if (!filter.threads.empty()) {
    thread_observed_.resize(image.threads.size());
    for (const ThreadId thread : filter.threads) {
      if (thread.index() < thread_observed_.size()) thread_observed_[thread.index()] = true;
    }
  }
  if (image.samples > 0) tids_.emplace(image);
  if (!image.sample_joins.empty()) last_stack_.resize(image.threads.size() + 1, kUnknownStack);
  if (filter.span) span_.emplace(*filter.span);
  begins_observed_ = observed(ThreadId{std::size_t{0}});
}

bool OperationReader::fill(OperationBatch& batch) {
  batch.clear();
  batch.operations.reserve(kBatchOperations + kMostOperations);
  batch_ = &batch;
  while (batch.operations.size() < kBatchOperations) {
    const std::optional<std::size_t> lane = reader_.next();
    if (!lane) return false;
    lane_ = *lane;
    reader_.lane(lane_).take([this](const auto& record) {
      if (!has_possible_size(record)) return;  // told of by the ImageScanner
      if (!last_stack_.empty()) note_stack(record);
      on(record);
    });
  }
  return true;
}

template <class Record>
void OperationReader::note_stack(const Record& record) {
  if constexpr (kIsEventWithStack<Record>) {
    const Lane& lane = lanes_[lane_];
    const NodeId stack = lane.find(record.stack);
    if (lane.thread.index() < image_.threads.size() && stack != kUnknownStack) last_stack_[lane.thread.index()] = stack;
  }
}

inline bool OperationReader::observed(ThreadId thread) const {
  if (!thread_observed_.empty() && !(thread.index() < thread_observed_.size() && thread_observed_[thread.index()])) {
    return false;
  }
  return !span_ || span_->inside(thread);
}

inline void OperationReader::put(Action action, std::uint64_t ticks, std::uint64_t address, std::uint64_t bytes,
                                 NodeId stack, StackFate stack_fate, ThreadId thread, bool observed) {
  Operation& operation = batch_->operations.add();
  operation.ticks = ticks;
  operation.address = address;
  operation.bytes = bytes;
  operation.stack = stack;
  operation.thread = thread;
  operation.lane = static_cast<std::uint32_t>(lane_);
  operation.action = action;
  operation.stack_fate = stack_fate;
  operation.observed = observed;
}

inline void OperationReader::add(Action action, std::uint64_t ticks, std::uint64_t address, std::uint64_t bytes) {
  const ThreadId thread = lanes_[lane_].thread;
  put(action, ticks, address, bytes, kUnknownStack, StackFate::kNone, thread, observed(thread));
}

inline void OperationReader::add(Action action, std::uint64_t ticks, std::uint64_t address, std::uint64_t bytes,
                                 std::uint32_t stack, bool is_release) {
  const Lane& lane = lanes_[lane_];
  const NodeId node = lane.find(stack);
  // Without recorded stacks a release has none; that is no loss.
  const bool recorded = stack != 0 || !is_release || image_.start.free_stacks != 0;
  put(action, ticks, address, bytes, node, recorded ? fate(node) : StackFate::kNone, lane.thread,
      observed(lane.thread));
}

template <class Record>
void OperationReader::add_other(const Record& record, bool is_release) {
  add(Action::kOther, record.time, 0, batch_->others.size(), record.stack, is_release);
  batch_->others.emplace_back(record);
}

template <class Record>
void OperationReader::add_sample(const Record& record) {
  if (!tids_) return;
  const ThreadId thread = tids_->find(record.tid, record.time);
  NodeId stack = lanes_[lane_].find(record.stack);
  if (!last_stack_.empty() && is_cut_sample(image_.stacks, stack)) {
    stack = image_.sample_joins.find(stack, last_stack_[thread.none() ? image_.threads.size() : thread.index()]);
  }
  const bool filtered = !thread_observed_.empty() || span_;
  put(Action::kOther, record.time, 0, batch_->others.size(), stack, StackFate::kNone, thread,
      !filtered || (!thread.none() && observed(thread)));
  batch_->others.emplace_back(record);
}

void OperationReader::on(const trace::Thread& record) {
  const bool known = record.thread < image_.threads.size();
  lanes_[lane_].thread = known ? ThreadId{std::size_t{record.thread}} : image_.unknown_thread;
}

void OperationReader::on(const trace::Stack& record) {
  if (lanes_[lane_].known != nullptr) return;
  const StackDefinition stack(record);
  if (!stack.is_possible(most_modules_)) return;
  define_stack(stack, lanes_[lane_].stacks, [this](NodeId parent, const trace::FrameRef& frame) {
    return image_.stacks.find_child(parent, module_of(frame), frame.offset, frame.exact);
  });
}

void OperationReader::on(const trace::NamedFrame& record) {
  if (lanes_[lane_].known != nullptr) return;
  LaneStacks& stacks = lanes_[lane_].stacks;
  const NodeId parent = record.parent == 0 ? StackTable::root(trace::StackEnd::kRoot) : stacks.find(record.parent);
  stacks.define(record.id, image_.stacks.find_named_child(
                               parent, {std::string(record.file), std::string(record.function), record.line}));
}

template <class Record>
void OperationReader::acquire(const Record& record) {
  add(Action::kAcquire, record.time, record.address, record.size_bytes, record.stack, false);
}

void OperationReader::on(const trace::Release& record) {
  add(Action::kRelease, record.time, record.address, 0, record.stack, true);
}

void OperationReader::on(const trace::MoveBegin& record) {
  add(Action::kMoveBegin, record.time, record.address, 0);
}

void OperationReader::on(const trace::MoveEnd& record) {
  add(Action::kMoveEnd, record.time, record.address, record.size_bytes, record.stack, record.address == 0);
  batch_->old_addresses.push_back(record.old_address);
}

bool OperationReader::unmap_stands(const trace::Unmap& record) const {
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

void OperationReader::on(const trace::Unmap& record) {
  if (unmap_stands(record)) add_other(record, true);
}

void OperationReader::on(const trace::RemapBegin& record) {
  add(Action::kOther, record.time, 0, batch_->others.size());
  batch_->others.emplace_back(record);
}

void OperationReader::on(const trace::Protect& record) {
  if (is_accessible(record.protection)) add_other(record, false);
}

}  // namespace memline::replay
