#include "model/line_flow.h"

#include <algorithm>
#include <utility>

#include "model/stack_samples.h"

namespace memline::model {
namespace {

void add(Flow& flow, const replay::Change& change) {
  flow.increment += static_cast<std::int64_t>(change.acquired_bytes) - static_cast<std::int64_t>(change.released_bytes);
  flow.allocated += change.acquired_bytes;
  flow.freed += change.released_bytes;
  flow.allocations += change.allocations;
  flow.frees += change.frees;
  flow.reallocations += change.reallocations;
  flow.mappings += change.mappings;
  flow.unmappings += change.unmappings;
}

void add(Flow& flow, const Flow& other) {
  flow.increment += other.increment;
  flow.allocated += other.allocated;
  flow.freed += other.freed;
  flow.allocations += other.allocations;
  flow.frees += other.frees;
  flow.reallocations += other.reallocations;
  flow.mappings += other.mappings;
  flow.unmappings += other.unmappings;
}

}  // namespace

LineFlow::LineFlow(FrameSource& frames, std::span<const FunctionId> functions, std::span<const replay::RssSample> rss)
    : standing_(frames, functions), functions_(functions.size()), rss_(rss) {}

LineFlow::~LineFlow() = default;

void LineFlow::Thread::add_page(std::size_t page) {
  if (pages.size() <= page) pages.resize(page + 1);
  pages[page] = std::make_unique<Page>();
}

inline void LineFlow::end_run(const Run& run) {
  SlotTotals& totals = totals_[run.standing.slot];
  totals.peak = std::max(totals.peak, run.highest);
  totals.mem_usage = totals.ended_once ? std::max(totals.mem_usage, run.live_after) : run.live_after;
  totals.rss = std::max(totals.rss, run.rss_after);
  totals.ended_once = true;
}

void LineFlow::on_unobserved(ThreadId id, std::int64_t /*live_bytes*/) {
  ++thread(id).events;  // ends the runs of that thread
}

void LineFlow::stand_at(std::uint32_t list, const replay::Change& change, Thread& thread, std::uint64_t event) {
  advance_rss(change.ticks);
  if (flow_by_list_.size() <= list) flow_by_list_.resize(standing_.list_count());
  add(flow_by_list_[list], change);
  if (totals_.size() < standing_.slot_count()) totals_.resize(standing_.slot_count());
  const std::int64_t difference =
      static_cast<std::int64_t>(change.acquired_bytes) - static_cast<std::int64_t>(change.released_bytes);
  for (const Standing& standing : standing_.list(list)) {
    Run& run = thread.run(standing.slot);
    if (run.last_event + 1 != event || run.last_event == 0 || !run.standing.same_context(standing)) {
      if (run.last_event != 0) end_run(run);
      run = Run{};
      run.standing = standing;
      ++totals_[standing.slot].runs;
    }
    run.last_event = event;
    run.difference += difference;
    run.highest = std::max(run.highest, run.difference);
    run.live_after = change.live_bytes;
    run.rss_after = rss_now_;
  }
}

std::vector<FunctionFlow> LineFlow::finish(const std::vector<CounterSums>& samples_by_stack,
                                           const std::vector<std::int64_t>* resident_by_stack) {
  for (const Thread& thread : threads_) {
    for (const std::unique_ptr<Page>& page : thread.pages) {
      if (!page) continue;
      for (const Run& run : *page) {
        if (run.last_event != 0) end_run(run);
      }
    }
  }
  threads_.clear();
  std::vector<CounterSums> counters = sums_by_slot(samples_by_stack, standing_);
  std::vector<std::int64_t> resident;
  if (resident_by_stack != nullptr) resident = bytes_by_slot(*resident_by_stack, standing_);
  counters.resize(standing_.slot_count());
  resident.resize(standing_.slot_count());
  std::vector<Flow> flow_by_slot(standing_.slot_count());
  for (std::uint32_t list = 0; list < flow_by_list_.size(); ++list) {
    for (const Standing& standing : standing_.list(list)) add(flow_by_slot[standing.slot], flow_by_list_[list]);
  }
  totals_.resize(standing_.slot_count());
  std::vector<FunctionFlow> functions(functions_);
  for (std::uint32_t index = 0; index < standing_.slot_count(); ++index) {
    const Slot& slot = standing_.slot(index);
    const SlotTotals& totals = totals_[index];
    if (!slot.whole && totals.runs == 0 && counters[index].empty() && resident[index] == 0) continue;
    LineFlowRow row{slot.file,        slot.line,    flow_by_slot[index],        totals.peak,
                    totals.mem_usage, std::nullopt, std::move(counters[index]), std::nullopt};
    if (resident_by_stack != nullptr) row.resident = resident[index];
    row.flow.seen = totals.runs;
    if (totals.rss != kNoRss) row.rss = totals.rss;
    if (slot.whole) {
      functions[slot.function].whole = row;
    } else {
      functions[slot.function].lines.push_back(row);
    }
  }
  return functions;
}

}  // namespace memline::model
