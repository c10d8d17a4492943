#include "commands/run/sample_lane.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "memline/trace_format.h"

namespace memline::commands {
namespace {

/// While a trace is looked for, and where there is none: 48 MiB.
constexpr std::size_t kMostEntries = std::size_t{1} << 20;
constexpr std::size_t kMostNodes = std::size_t{1} << 24;

std::string_view cut(std::string_view text) {
  return text.substr(0, trace::kMaxTextBytes);
}

}  // namespace

std::size_t SampleLane::NodeHash::operator()(const Node& node) const {
  constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;
  std::uint64_t hash = (std::uint64_t{node.parent} << 32 | node.module) * kSpread;
  hash ^= (node.offset << 4) + (node.exact ? 8 : 0) + static_cast<std::uint64_t>(node.end);
  hash *= kSpread;
  return static_cast<std::size_t>(hash ^ (hash >> 32));
}

void SampleLane::add(const sampling::TakenSample& sample) {
  if (entries_.size() >= kMostEntries || nodes_.size() >= kMostNodes) {
    ++dropped_;
    return;
  }
  entries_.push_back({.time_ns = sample.time_ns,
                      .value = sample.value,
                      .address = sample.address.value_or(0),
                      .tid = sample.tid,
                      .counter = static_cast<std::uint32_t>(sample.counter + 1),
                      .stack = stack_id(sample.frames, sample.end),
                      .fault = sample.address.has_value()});
}

std::uint32_t SampleLane::module_number(const sampling::CodeModule* module) {
  if (module == nullptr) return 0;
  const auto [entry, is_new] = module_numbers_.try_emplace(module, static_cast<std::uint32_t>(modules_.size() + 1));
  if (is_new) modules_.push_back(module);
  return entry->second;
}

std::uint32_t SampleLane::stack_id(std::span<const sampling::WalkedFrame> frames, trace::StackEnd end) {
  std::uint32_t id = 0;
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
    const Node node{id, module_number(frame->module), frame->offset, frame->exact,
                    id == 0 ? end : trace::StackEnd::kRoot};
    const auto [entry, is_new] = node_ids_.try_emplace(node, static_cast<std::uint32_t>(nodes_.size() + 1));
    if (is_new) nodes_.push_back(node);
    id = entry->second;
  }
  return id;
}

void SampleLane::place(OutsideTrace& trace, const ImageBeginning& beginning,
                       std::span<const sampling::OpenedCounter> counters) {
  lane_.emplace(trace, trace::kSamplerLane, beginning.image);
  clock_ = beginning.clock;
  last_ticks_ = beginning.ticks;
  std::uint32_t number = 0;
  for (const sampling::OpenedCounter& counter : counters) {
    const sampling::CounterSpec& spec = counter.spec;
    lane_->append(last_ticks_, trace::Counter{.counter = ++number,
                                              .unit = spec.unit,
                                              .sampling = spec.sampling,
                                              .interval = spec.interval,
                                              .user_only = counter.user_only ? 1U : 0U,
                                              .asked_for = spec.asked_for ? 1U : 0U,
                                              .faults = spec.faults ? 1U : 0U,
                                              .name = cut(spec.name),
                                              .refusal = cut(spec.refusal)});
  }
}

void SampleLane::define_modules() {
  for (; modules_defined_ < modules_.size(); ++modules_defined_) {
    const sampling::CodeModule& module = *modules_[modules_defined_];
    lane_->append(
        last_ticks_,
        trace::SampledModule{.module = static_cast<std::uint32_t>(modules_defined_ + 1),
                             .begin = module.begin,
                             .end = module.end,
                             .bias = module.bias,
                             .main_executable = module.main_executable ? 1U : 0U,
                             .build_id = module.frames == nullptr ? std::string_view{} : cut(module.frames->build_id()),
                             .path = cut(module.path)});
  }
}

void SampleLane::define_stacks() {
  while (nodes_defined_ < nodes_.size()) {
    trace::Stack stack;
    const Node& first = nodes_[nodes_defined_];
    stack.first_id = static_cast<std::uint32_t>(nodes_defined_ + 1);
    stack.parent = first.parent;
    stack.end = first.end;
    stack.count = 0;
    // as long as each is called by the one before
    do {
      const Node& node = nodes_[nodes_defined_++];
      stack.frames[stack.count++] = {node.module, node.offset, node.exact};
    } while (stack.count < trace::kMaxFramesPerRecord && nodes_defined_ < nodes_.size() &&
             nodes_[nodes_defined_].parent == nodes_defined_);
    lane_->append(last_ticks_, stack);
  }
}

void SampleLane::flush(const TickClock& clock) {
  if (!lane_) return;
  define_modules();
  define_stacks();
  for (const Entry& entry : entries_) {
    last_ticks_ = std::max(last_ticks_, clock.to_ticks(entry.time_ns, clock_));
    if (entry.fault) {
      lane_->append(last_ticks_, trace::PageFault{last_ticks_, entry.tid, entry.address, entry.stack});
    } else {
      lane_->append(last_ticks_, trace::Sample{last_ticks_, entry.tid, entry.counter, entry.value, entry.stack});
    }
  }
  entries_.clear();
  if (dropped_ > 0) add_lost(std::exchange(dropped_, 0));
  lane_->flush();
}

void SampleLane::add_totals(std::span<const sampling::OpenedCounter> counters,
                            std::span<const sampling::ProcessTotal> totals) {
  if (!lane_) return;
  for (std::size_t i = 0; i < counters.size() && i < totals.size(); ++i) {
    if (!counters[i].spec.refusal.empty()) continue;
    lane_->append(last_ticks_,
                  trace::CounterTotal{last_ticks_, static_cast<std::uint32_t>(i + 1), totals[i].value,
                                      totals[i].enabled_ns, totals[i].counting_ns, totals[i].estimated ? 1U : 0U});
  }
}

void SampleLane::add_lost(std::uint64_t records) {
  if (lane_ && records > 0) lane_->append(last_ticks_, trace::SamplesLost{last_ticks_, records});
}

void SampleLane::seal() {
  if (lane_) lane_->seal();
}

}  // namespace memline::commands
