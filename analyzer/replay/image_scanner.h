/// \file ImageScanner: reads one image of a trace lane by lane and fills in an Image, except for what it inherits.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "replay/lane_stacks.h"
#include "replay/mapped_ranges.h"
#include "replay/recording.h"
#include "replay/rss_series.h"
#include "replay/waiting_stacks.h"
#include "trace/merged_reader.h"
#include "trace/trace_file.h"

namespace memline::replay {

class ImageScanner {
 public:
  /// `limits`: how far to read each lane, null for everything. `damage` counts what is unreadable.
  ImageScanner(const trace::TraceFile& file, std::uint32_t number, const trace::LaneLimits* limits,
               trace::Damage& damage);

  /// `blocks_read(n)`, if given, is called as n more blocks have been read.
  Image scan(const std::function<void(std::uint64_t)>& blocks_read = {});

 private:
  struct ClockPair {
    std::uint64_t ticks = 0, nanoseconds = 0;
  };
  struct Ending {
    std::uint64_t ticks = 0;
    trace::ExitKind kind = trace::ExitKind::kUnknown;
    int code = 0;
    std::string path;
  };

  void scan_lane(const trace::LaneBlocks& lane, trace::LaneLimit limit,
                 const std::function<void(std::uint64_t)>& blocks_read);
  /// Before anything else that depends on the lane's stacks, or makes modules.
  void define_waiting();
  void finish();
  /// The record at hand is damage: `what` it holds cannot be.
  void leave_out(const char* what, std::uint64_t events_lost = 0);
  /// The thread of the record at hand did something.
  void thread_lived_at(std::uint64_t ticks);
  void clock_pair(std::uint64_t ticks, std::uint64_t nanoseconds);
  void ended(Ending ending);
  void event(std::uint64_t acquired_bytes);
  void heap_block(std::uint64_t bytes) {
    image_.has_heap_blocks = true;
    event(bytes);
  }
  void set_not_live(std::uint64_t address, std::uint64_t length, RangeState state);
  ModuleId module_known(ModuleId module);
  ModuleId own_module(const trace::FrameRef& frame) const;

  void on(const trace::ImageStart& record);
  void on(const trace::Thread& record);
  void on(const trace::Module& record);
  void on(const trace::Stack& record);
  void on(const trace::NamedFrame& record);
  void on(const trace::Acquire& record) { heap_block(record.size_bytes); }
  void on(const trace::AcquireUsable& record) { heap_block(record.size_bytes); }
  void on(const trace::Release& /*record*/) { event(0); }
  void on(const trace::MoveEnd& record) { record.address != 0 ? heap_block(record.size_bytes) : void(); }
  void on(const trace::Map& record);
  void on(const trace::Unmap& record);
  void on(const trace::RemapEnd& record);
  void on(const trace::Protect& record);
  void on(const trace::Break& record);
  void on(const trace::PoolAcquire& record) { event(record.size_bytes); }
  void on(const trace::PoolRealloc& record) { event(record.size_bytes); }
  void on(const trace::PoolRelease& /*record*/) { event(0); }
  void on(const trace::PoolReset& /*record*/) { event(0); }
  void on(const trace::PoolDestroy& /*record*/) { event(0); }
  void on(const trace::Tick& record);
  void on(const trace::Clock& record) { clock_pair(record.time, record.monotonic_ns); }
  void on(const trace::Mark& record);
  void on(const trace::SpanBegin& record);
  void on(const trace::SpanEnd& record) { span_ends_[record.token] = record.time; }
  void on(const trace::Recording& record) { (record.on != 0 ? image_.was_resumed : image_.was_paused) = true; }
  void on(const trace::ForkedFrom& record);
  void on(const trace::ForkPosition& record);
  void on(const trace::Exec& record);
  void on(const trace::ExecFailed& record);
  void on(const trace::ChildExec& record) { image_.child_execs.emplace(record.path); }
  void on(const trace::Exit& record);
  void on(const trace::ResidentLook& record) {
    look_.begin(record, image_.page_bytes());
    if (record.rss_pages != 0) rss_.add({record.time, record.rss_pages * image_.page_bytes()});
  }
  void on(const trace::ResidentRegion& record) { look_.add(record); }
  void on(const trace::ResidentPages& record) { look_.add(record); }
  void on(const trace::ResidentEnd& record);
  void on(const trace::Counter& record);
  void on(const trace::SampledModule& record);
  void on(const trace::Sample& record) { sampled(record.counter); }
  void on(const trace::PageFault& record);
  void on(const trace::CounterTotal& record);
  void on(const trace::SamplesLost& record) { image_.lost_samples += record.records; }
  /// Null for a number that no trace has.
  CounterInfo* counter(std::uint32_t number);
  void sampled(std::uint32_t number);
  template <class Record>
  void on(const Record& /*record*/) {}  // tells nothing that an Image keeps

  const trace::TraceFile& file_;
  const trace::LaneLimits* limits_;
  trace::Damage& damage_;
  const std::uint32_t most_modules_;
  const std::uint32_t most_threads_;

  Image image_;
  bool has_start_ = false;
  MappedRanges not_live_;  ///< reservations, files and shared memory, as far as the order of lanes tells
  RssSeries rss_;
  std::optional<ClockPair> first_pair_, last_pair_;
  std::unordered_map<std::uint64_t, std::uint64_t> span_ends_;
  std::optional<Ending> ending_;

  // Of the lane that is being read.
  LaneStacks stacks_;
  WaitingStacks waiting_;
  std::vector<ModuleId> sampled_modules_;  ///< of the sampler's lane: its number minus 1 -> module of the image
  bool is_sampler_ = false;
  std::uint32_t fault_counter_ = 0;  ///< whose samples the PageFault records are
  ThreadId thread_;
  std::uint64_t offset_ = 0;
  std::optional<Ending> lane_exec_;
  LookAssembler look_;
  Thread unknown_thread_;
  bool has_unknown_thread_ = false;
};

}  // namespace memline::replay
