#include "replay/image_scanner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "replay/possible_size.h"

namespace memline::replay {
namespace {

constexpr std::uint32_t kMostTimeShift = 63;

std::vector<std::string> split_arguments(std::string_view text) {
  std::vector<std::string> arguments;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    arguments.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return arguments;
}

/// By type: whether it matters who wrote such a record.
constexpr std::array<bool, trace::kRecordTraits.size()> kByThread = [] {
  using enum trace::RecordType;
  std::array<bool, trace::kRecordTraits.size()> by_thread{};
  for (std::size_t i = 0; i < by_thread.size(); ++i) by_thread[i] = trace::kRecordTraits[i].timed;
  for (const trace::RecordType of_process : {kTick, kClock, kRecording, kExec, kExecFailed, kExit, kSample, kPageFault,
                                             kCounterTotal, kSamplesLost, kChildExec}) {
    by_thread[static_cast<std::size_t>(of_process)] = false;
  }
  return by_thread;
}();

}  // namespace

ImageScanner::ImageScanner(const trace::TraceFile& file, std::uint32_t number, const trace::LaneLimits* limits,
                           trace::Damage& damage)
    : file_(file),
      limits_(limits),
      damage_(damage),
      most_modules_(most_modules(file.size_bytes())),
      most_threads_(most_threads(file.size_bytes())) {
  image_.number = number;
}

Image ImageScanner::scan(const std::function<void(std::uint64_t)>& blocks_read) {
  for (const trace::LaneBlocks& lane : file_.lanes(image_.number)) {
    trace::LaneLimit limit;
    if (limits_ != nullptr) {
      const auto found = limits_->find(lane.lane);
      if (found == limits_->end()) continue;
      limit = found->second;
    }
    scan_lane(lane, limit, blocks_read);
  }
  finish();
  if (limits_ == nullptr) join_samples(file_, image_);
  return std::move(image_);
}

void ImageScanner::scan_lane(const trace::LaneBlocks& lane, trace::LaneLimit limit,
                             const std::function<void(std::uint64_t)>& blocks_read) {
  stacks_ = {};
  thread_ = {};
  lane_exec_.reset();
  is_sampler_ = lane.lane == trace::kSamplerLane;
  sampled_modules_.clear();
  trace::LaneReader reader(file_, lane, limit, &damage_);
  std::size_t blocks = 0;
  while (reader.has_record()) {
    if (blocks != reader.blocks_begun()) {
      if (blocks_read) blocks_read(reader.blocks_begun() - blocks);
      blocks = reader.blocks_begun();
    }
    offset_ = reader.offset();
    reader.take([this]<class Record>(const Record& record) {
      if constexpr (kByThread[static_cast<std::size_t>(Record::kType)]) thread_lived_at(record.time);
      if (!has_possible_size(record)) return leave_out("an impossible size", 1);
      on(record);
    });
  }
  define_waiting();
  if (lane_exec_) ended(*lane_exec_);
  if (stacks_.is_final()) image_.lane_stacks.emplace(lane.lane, std::move(stacks_));
}

void ImageScanner::leave_out(const char* what, std::uint64_t events_lost) {
  damage_.add("record at offset " + std::to_string(offset_) + ": " + what, events_lost);
}

inline void ImageScanner::thread_lived_at(std::uint64_t ticks) {
  if (thread_.none()) has_unknown_thread_ = true;
  Thread& thread = thread_.none() ? unknown_thread_ : image_.threads[thread_.index()];
  if (thread.last_ticks == 0) thread.first_ticks = ticks;
  thread.first_ticks = std::min(thread.first_ticks, ticks);
  thread.last_ticks = std::max(thread.last_ticks, ticks);
}

void ImageScanner::on(const trace::ImageStart& record) {
  if (has_start_) return;
  has_start_ = true;
  image_.start = record;
  image_.executable = record.executable;
  image_.command = split_arguments(record.command_line);
  image_.working_dir = record.working_dir;
  image_.host = record.host;
  image_.allocator = record.allocator;
  image_.unwinder = record.unwinder;
  image_.was_paused = image_.was_paused || record.paused != 0;
  trace::ImageStart& start = image_.start;
  start.executable = start.command_line = start.working_dir = start.host = start.allocator = start.unwinder = {};
  start.time_shift = std::min(start.time_shift, kMostTimeShift);
  clock_pair(record.ticks, record.monotonic_ns);
}

void ImageScanner::on(const trace::Thread& record) {
  if (record.thread >= most_threads_) {
    thread_ = {};
    return leave_out("an impossible thread number");
  }
  if (record.thread >= image_.threads.size()) image_.threads.resize(record.thread + std::size_t{1});
  thread_ = ThreadId{std::size_t{record.thread}};
  Thread& thread = image_.threads[record.thread];
  thread.tid = record.tid;
  if (!record.name.empty()) thread.name = record.name;
}

void ImageScanner::on(const trace::Module& record) {
  if (record.module == 0 || record.module > most_modules_) return leave_out("an impossible module number");
  Module& module = image_.modules[module_known(ModuleId{record.module - std::size_t{1}}).index()];
  module = {.generation = record.generation,
            .begin = record.begin,
            .end = record.end,
            .bias = record.bias,
            .main_executable = record.main_executable != 0,
            .known = true,
            .build_id = std::string(record.build_id),
            .path = std::string(record.path)};
}

ModuleId ImageScanner::module_known(ModuleId module) {
  if (!module.none() && module.index() >= image_.modules.size()) image_.modules.resize(module.index() + 1);
  return module;
}

void ImageScanner::on(const trace::Stack& record) {
  if (!StackDefinition(record).is_possible(most_modules_)) return leave_out("an impossible stack");
  waiting_.add(record);
  if (waiting_.are_enough()) define_waiting();
}

void ImageScanner::define_waiting() {
  waiting_.take(image_.stacks, stacks_, [this](const StackDefinition& stack) {
    define_stack(stack, stacks_, [this](NodeId parent, const trace::FrameRef& frame) {
      return image_.stacks.child(parent, module_known(own_module(frame)), frame.offset, frame.exact);
    });
  });
}

/// The sampler numbers modules in its own way.
ModuleId ImageScanner::own_module(const trace::FrameRef& frame) const {
  const ModuleId module = module_of(frame);
  if (!is_sampler_ || module.none()) return module;
  return module.index() < sampled_modules_.size() ? sampled_modules_[module.index()] : ModuleId{};
}

void ImageScanner::on(const trace::SampledModule& record) {
  define_waiting();
  if (!is_sampler_) return;  // nobody's frames name it
  if (record.module != sampled_modules_.size() + 1) return leave_out("an impossible module of samples");
  // The preload knows most of them, and it is its frames that samples are joined with; the sampler's lane comes last.
  ModuleId same;
  for (std::size_t i = 0; i < image_.modules.size(); ++i) {
    const Module& module = image_.modules[i];
    if (module.known && module.bias == record.bias && module.begin <= record.begin && record.end <= module.end) {
      same = ModuleId{i};
    }
  }
  if (same.none()) {
    same = ModuleId{image_.modules.size()};
    image_.modules.push_back({.generation = 0,
                              .begin = record.begin,
                              .end = record.end,
                              .bias = record.bias,
                              .main_executable = record.main_executable != 0,
                              .known = true,
                              .build_id = std::string(record.build_id),
                              .path = std::string(record.path)});
  }
  sampled_modules_.push_back(same);
}

CounterInfo* ImageScanner::counter(std::uint32_t number) {
  constexpr std::uint32_t kMostCounters = 4096;
  if (number == 0 || number > kMostCounters) {
    leave_out("an impossible counter");
    return nullptr;
  }
  if (image_.counters.size() < number) image_.counters.resize(number);
  return &image_.counters[number - std::size_t{1}];
}

void ImageScanner::on(const trace::Counter& record) {
  CounterInfo* const info = counter(record.counter);
  if (info == nullptr) return;
  info->name = record.name;
  info->unit = record.unit == trace::CounterUnit::kNanoseconds ? record.unit : trace::CounterUnit::kEvents;
  info->sampling = record.sampling == trace::Sampling::kEvery ? record.sampling : trace::Sampling::kFrequency;
  info->interval = record.interval;
  info->user_only = record.user_only != 0;
  info->asked_for = record.asked_for != 0;
  info->faults = record.faults != 0;
  info->refusal = record.refusal;
  if (info->faults) fault_counter_ = record.counter;
}

void ImageScanner::sampled(std::uint32_t number) {
  if (CounterInfo* const info = counter(number)) {
    ++info->samples;
    ++image_.samples;
  }
}

void ImageScanner::on(const trace::PageFault& /*record*/) {
  if (fault_counter_ != 0) sampled(fault_counter_);
}

void ImageScanner::on(const trace::CounterTotal& record) {
  if (CounterInfo* const info = counter(record.counter)) {
    info->total = {record.value, record.enabled_ns, record.counting_ns, record.estimated != 0};
  }
}

void ImageScanner::on(const trace::NamedFrame& record) {
  define_waiting();
  const NodeId parent = record.parent == 0 ? StackTable::root(trace::StackEnd::kRoot) : stacks_.find(record.parent);
  const NamedFrame frame{std::string(record.file), std::string(record.function), record.line};
  stacks_.define(record.id, image_.stacks.named_child(parent, frame));
}

void ImageScanner::event(std::uint64_t acquired_bytes) {
  ++image_.events;
  image_.acquired_bytes += acquired_bytes;
}

void ImageScanner::on(const trace::Map& record) {
  const bool own = record.kind == trace::MapKind::kPrivateAnonymous;
  not_live_.take(record.address, record.address + record.length_bytes);
  if (own && record.protection != 0) return event(record.length_bytes);
  set_not_live(record.address, record.length_bytes, own ? RangeState::kReserved : RangeState::kLedger);
  event(0);
}

void ImageScanner::set_not_live(std::uint64_t address, std::uint64_t length, RangeState state) {
  if (address + length > address) not_live_.put({.begin = address, .end = address + length, .state = state});
}

void ImageScanner::on(const trace::Unmap& record) {
  not_live_.take(record.address, record.address + record.length_bytes);
  event(0);
}

void ImageScanner::on(const trace::RemapEnd& record) {
  if (record.address == 0) return;
  const MappedRange* const found = not_live_.find(record.old_address);
  if (found == nullptr) return event(record.length_bytes);
  const RangeState state = found->state;
  not_live_.take(record.old_address, record.old_address + record.old_length_bytes);
  not_live_.take(record.address, record.address + record.length_bytes);
  set_not_live(record.address, record.length_bytes, state);
  event(0);
}

void ImageScanner::on(const trace::Protect& record) {
  std::uint64_t acquired = 0;
  if (record.protection != 0) {
    for (const MappedRange& range : not_live_.overlap(record.address, record.address + record.length_bytes)) {
      if (range.state != RangeState::kReserved) continue;
      acquired += range.bytes();
      not_live_.take(range.begin, range.end);
    }
  }
  event(acquired);
}

void ImageScanner::on(const trace::Break& record) {
  event(record.new_break > record.old_break ? record.new_break - record.old_break : 0);
}

void ImageScanner::on(const trace::Tick& record) {
  clock_pair(record.time, record.monotonic_ns);
  rss_.add({record.time, record.rss_pages * image_.page_bytes()});
}

void ImageScanner::clock_pair(std::uint64_t ticks, std::uint64_t nanoseconds) {
  if (!first_pair_ || ticks < first_pair_->ticks) first_pair_ = {ticks, nanoseconds};
  if (!last_pair_ || ticks > last_pair_->ticks) last_pair_ = {ticks, nanoseconds};
}

void ImageScanner::on(const trace::Mark& record) {
  Mark mark{record.time, thread_, std::string(record.name), std::nullopt};
  if (record.has_value != 0) mark.value = record.value;
  image_.marks.push_back(std::move(mark));
}

void ImageScanner::on(const trace::SpanBegin& record) {
  image_.spans.push_back({record.token, record.parent, std::string(record.name), record.time, std::nullopt, thread_});
}

void ImageScanner::on(const trace::ForkedFrom& record) {
  image_.fork = ForkOrigin{.parent_pid = record.parent_pid,
                           .parent_image = record.parent_image,
                           .parent_trace_id = std::string(record.parent_trace_id),
                           .parent_path = std::string(record.parent_path),
                           .positions = {}};
}

void ImageScanner::on(const trace::ForkPosition& record) {
  if (image_.fork) image_.fork->positions.push_back(record);
}

void ImageScanner::on(const trace::Exec& record) {
  lane_exec_ = Ending{record.time, trace::ExitKind::kExec, 0, std::string(record.path)};
}

void ImageScanner::on(const trace::ExecFailed& /*record*/) {
  lane_exec_.reset();
}

void ImageScanner::on(const trace::Exit& record) {
  ended({record.time, record.kind, static_cast<int>(record.code), {}});
  clock_pair(record.time, record.monotonic_ns);
}

void ImageScanner::on(const trace::ResidentEnd& record) {
  if (look_.end(record)) {
    image_.looks.push_back({look_.look().ticks, look_.look().reason, look_.look().resident_bytes()});
  }
}

void ImageScanner::ended(Ending ending) {
  if (!ending_ || ending.ticks >= ending_->ticks) ending_ = std::move(ending);
}

void ImageScanner::finish() {
  if (has_unknown_thread_) {
    image_.unknown_thread = ThreadId{image_.threads.size()};
    image_.threads.push_back(unknown_thread_);
    for (Mark& mark : image_.marks) {
      if (mark.thread.none()) mark.thread = image_.unknown_thread;
    }
    for (Span& span : image_.spans) {
      if (span.thread.none()) span.thread = image_.unknown_thread;
    }
  }
  bool any = has_start_;
  image_.first_ticks = image_.last_ticks = image_.start.ticks;
  for (const Thread& thread : image_.threads) {
    if (thread.last_ticks == 0) continue;
    image_.first_ticks = any ? std::min(image_.first_ticks, thread.first_ticks) : thread.first_ticks;
    image_.last_ticks = any ? std::max(image_.last_ticks, thread.last_ticks) : thread.last_ticks;
    any = true;
  }
  if (!has_start_) {
    damage_.add("image " + std::to_string(image_.number) + ": the record that tells which program it is, is lost", 0);
    image_.start.ticks = image_.first_ticks;
    image_.start.page_bytes = file_.header().page_bytes;
  }
  const auto earlier = [](const auto& a, const auto& b) { return a.ticks < b.ticks; };
  std::stable_sort(image_.marks.begin(), image_.marks.end(), earlier);
  std::stable_sort(image_.spans.begin(), image_.spans.end(),
                   [](const Span& a, const Span& b) { return a.begin_ticks < b.begin_ticks; });
  for (Span& span : image_.spans) {
    if (const auto end = span_ends_.find(span.token); end != span_ends_.end()) span.end_ticks = end->second;
  }
  image_.rss = rss_.take();
  std::stable_sort(image_.looks.begin(), image_.looks.end(), earlier);

  if (image_.start.ticks_are_ns != 0) {
    image_.ticks_per_second = std::ldexp(1e9, -static_cast<int>(image_.start.time_shift));
  } else if (first_pair_ && last_pair_->ticks > first_pair_->ticks &&
             last_pair_->nanoseconds > first_pair_->nanoseconds) {
    image_.ticks_per_second = static_cast<double>(last_pair_->ticks - first_pair_->ticks) /
                              static_cast<double>(last_pair_->nanoseconds - first_pair_->nanoseconds) * 1e9;
  }
  if (ending_) {
    image_.exit_kind = ending_->kind;
    image_.exit_code = ending_->code;
    image_.exec_path = ending_->path;
  }
}

}  // namespace memline::replay
