/// \file LineFlow: the flow columns of some functions, line by line, in one pass over the events.
///
/// A run of a line is an unbroken series of events of one thread whose stacks all stand at the line in the same context
/// (StandingLines). The running difference of a run is what its events acquired minus what they released.
/// Memory: distinct stacks, and for each thread the lines it has touched.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/large_memory.h"
#include "model/frame_source.h"
#include "model/report_model.h"
#include "model/standing_lines.h"
#include "replay/change.h"
#include "replay/recording.h"

namespace memline::model {

struct LineFlowRow {
  FileId file;             ///< none() where line == 0
  std::uint32_t line = 0;  ///< 0: `(no line)`
  Flow flow;
  std::int64_t peak = 0;
  std::int64_t mem_usage = 0;
  std::optional<std::int64_t> rss;
  CounterSums counters;
  std::optional<std::int64_t> resident;
};

struct FunctionFlow {
  LineFlowRow whole;               ///< flow.seen == 0: no event
  std::vector<LineFlowRow> lines;  ///< those with events or samples, in no particular order

  bool has_events() const { return whole.flow.seen > 0; }
  bool has_samples() const { return !whole.counters.empty() || whole.resident.value_or(0) != 0; }
};

class LineFlow final : public replay::Observer {
 public:
  /// `rss` may be empty; all arguments must outlive it. Samples are in the order of time.
  LineFlow(FrameSource& frames, std::span<const FunctionId> functions, std::span<const replay::RssSample> rss);
  ~LineFlow() override;

  void on_change(const replay::Change& change) override {
    Thread& thread = this->thread(change.thread);
    const std::uint64_t event = ++thread.events;
    if (change.stack.none()) return;
    if (const std::uint32_t list = standing_.list_of(change.stack); list != 0) stand_at(list, change, thread, event);
  }
  void on_unobserved(ThreadId thread, std::int64_t live_bytes) override;
  /// One FunctionFlow for each function, after the last event; with the samples of the same recording and the bytes that
  /// became resident, by stack; null where that is not known.
  std::vector<FunctionFlow> finish(const std::vector<CounterSums>& samples_by_stack = {},
                                   const std::vector<std::int64_t>* resident_by_stack = nullptr);

 private:
  static constexpr std::int64_t kNoRss = -1;

  /// The run of one line in one thread that came last; it may have ended already.
  struct Run {
    std::uint64_t last_event = 0;  ///< number of its last event among those of the thread; 0: there was no run
    Standing standing;
    std::int64_t difference = 0, highest = 0;
    std::int64_t live_after = 0, rss_after = kNoRss;
  };
  struct SlotTotals {
    std::uint64_t runs = 0;
    std::int64_t peak = 0, mem_usage = 0, rss = kNoRss;
    bool ended_once = false;
  };
  /// Runs in pages, since a thread touches few of the lines.
  static constexpr std::size_t kPageRuns = 32;
  using Page = std::array<Run, kPageRuns>;
  struct Thread {
    std::uint64_t events = 0;
    std::vector<std::unique_ptr<Page>> pages;
    Run& run(std::uint32_t slot) {
      const std::size_t page = slot / kPageRuns;
      if (page >= pages.size() || pages[page] == nullptr) add_page(page);
      return (*pages[page])[slot % kPageRuns];
    }
    void add_page(std::size_t page);
  };
  Thread& thread(ThreadId id) {
    const std::size_t number = id.none() ? 0 : id.index();
    if (threads_.size() <= number) threads_.resize(number + 1);
    return threads_[number];
  }

  /// An event of a stack with this list, the `event`-th of the thread.
  void stand_at(std::uint32_t list, const replay::Change& change, Thread& thread, std::uint64_t event);
  void advance_rss(std::uint64_t ticks) {
    while (next_rss_ < rss_.size() && rss_[next_rss_].ticks <= ticks) {
      rss_now_ = static_cast<std::int64_t>(rss_[next_rss_++].rss_bytes);
    }
  }
  void end_run(const Run& run);

  StandingLines standing_;
  std::size_t functions_;
  std::span<const replay::RssSample> rss_;
  std::size_t next_rss_ = 0;
  std::int64_t rss_now_ = kNoRss;
  std::vector<Thread> threads_;
  std::vector<SlotTotals> totals_;  ///< by slot
  /// By StandingLines list: one addition an event, however many lines stand on it.
  std::vector<Flow, LargeAllocator<Flow>> flow_by_list_;
};

}  // namespace memline::model
