#include "commands/run/sample_writer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "base/monotonic_clock.h"
#include "replay/process_status.h"

namespace memline::commands {
namespace {

constexpr std::uint64_t kSearchEveryNs = 100'000'000;
constexpr std::uint64_t kWriteEveryNs = 50'000'000;

/// Its samples are that one's business: they would all stand there twice.
bool is_watched_by_other(const trace::TraceHeader& header) {
  return header.watcher_pid != 0 && header.watcher_pid != static_cast<std::uint32_t>(::getpid());
}

}  // namespace

SampleWriter::SampleWriter(const TraceLocator& locator, std::uint32_t first_pid, std::uint64_t begin_ns,
                           std::uint64_t most_bytes)
    : locator_(locator), most_bytes_(most_bytes), since_(name_process(first_pid).start) {
  on_program(first_pid, begin_ns);
}

SampleWriter::~SampleWriter() = default;

SampleWriter::Process& SampleWriter::process(std::uint32_t pid) {
  Process& process = processes_[pid];
  if (process.programs.empty()) process.programs.push_back(std::make_unique<SampleLane>(0));
  return process;
}

void SampleWriter::on_program(std::uint32_t pid, std::uint64_t time_ns) {
  std::vector<std::unique_ptr<SampleLane>>& programs = processes_[pid].programs;
  if (!programs.empty()) programs.back()->end_at(time_ns);
  programs.push_back(std::make_unique<SampleLane>(time_ns));
}

void SampleWriter::on_sample(const sampling::TakenSample& sample) {
  process(sample.pid).programs.back()->add(sample);
}

void SampleWriter::on_lost(std::uint64_t /*time_ns*/, std::uint64_t records) {
  lost_ += records;
  for (auto& [pid, process] : processes_) {
    if (process.ended_ns == 0) process.lost += records;
  }
}

void SampleWriter::on_round(std::uint64_t settled_ns) {
  clock_.update();
  const std::uint64_t now = monotonic_ns();
  if (now - last_write_ns_ < kWriteEveryNs) return;
  last_write_ns_ = now;
  const auto lacks_trace = [](const auto& entry) { return entry.second.trace == nullptr; };
  if (now - last_search_ns_ >= kSearchEveryNs && std::any_of(processes_.begin(), processes_.end(), lacks_trace)) {
    last_search_ns_ = now;
    find_traces();
  }
  for (auto& [pid, process] : processes_) write_and_close(process, settled_ns);
}

bool SampleWriter::has_ended(const Process& process) const {
  const bool can_tell = since_ != 0;  // where there is no /proc, nobody seems to be alive
  return can_tell && !replay::process_alive(process.trace->header());
}

/// A program may have started more processes than files can be open: those that have ended are closed until their samples
/// have all come, and then until the totals are known.
void SampleWriter::write_and_close(Process& process, std::uint64_t settled_ns) {
  if (process.trace == nullptr || process.is_written) return;
  const bool all_came = process.ended_ns != 0 && settled_ns >= process.ended_ns;
  if (!process.trace->is_open() && (!all_came || !process.trace->reopen())) return;
  if (process.ended_ns == 0 && has_ended(process)) process.ended_ns = monotonic_ns();
  write(process, all_came ? ~std::uint64_t{0} : settled_ns);
  process.is_written = all_came;
  if (process.ended_ns != 0) process.trace->close();
}

void SampleWriter::find_traces() {
  for (const std::string& path : locator_.candidates()) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) continue;
    const auto [entry, is_new] = looked_at_.try_emplace(path + '\0' + std::to_string(status.st_ino));
    if (!is_new && entry->second != 0) continue;
    const trace::TraceHeader header = read_trace_header(path);
    if (header.magic != trace::kFileMagic) continue;  // it may be on its way
    entry->second = header.pid;
    const auto found = processes_.find(header.pid);
    if (header.process_start < since_ || is_watched_by_other(header)) continue;
    if (found == processes_.end()) {
      entry->second = 0;  // its process has not shown up here yet
      continue;
    }
    Process& process = found->second;
    if (process.trace != nullptr) continue;
    process.trace = OutsideTrace::open(path, most_bytes_, OutsideTrace::Role::kGuest);
    if (process.trace == nullptr) {
      entry->second = 0;  // as long as too many files are open
    } else if (has_ended(process)) {
      process.ended_ns = monotonic_ns();
      process.trace->close();
    }
  }
}

/// Processes of which the kernel has dropped every record: their traces say whose children they are. True: there was one.
bool SampleWriter::adopt_children() {
  bool any = false;
  for (const std::string& path : locator_.candidates()) {
    const trace::TraceHeader header = read_trace_header(path);
    if (header.magic != trace::kFileMagic || header.process_start < since_ || is_watched_by_other(header) ||
        processes_.contains(header.pid)) {
      continue;
    }
    const auto trace = OutsideTrace::open(path, most_bytes_, OutsideTrace::Role::kGuest);
    const auto beginning = trace ? read_first_beginning(trace->fd()) : std::nullopt;
    if (!beginning || !processes_.contains(beginning->parent_pid)) continue;
    process(header.pid).lost = lost_;
    any = true;
  }
  return any;
}

/// The program that became this image; nullptr: it began before the sampling did. Where the kernel has dropped the record of
/// its beginning, it is told from the one before here.
SampleLane* SampleWriter::program_of(Process& process, const ImageBeginning& beginning) {
  auto& programs = process.programs;
  const std::uint64_t begin_ns = beginning.monotonic_ns;
  const auto holder = std::find_if(programs.begin(), programs.end(),
                                   [begin_ns](const auto& program) { return program->holds(begin_ns); });
  if (holder == programs.end()) return nullptr;
  if (!(*holder)->has_place()) return holder->get();
  auto missed = std::make_unique<SampleLane>(begin_ns);
  missed->end_at((*holder)->end_ns());
  (*holder)->end_at(begin_ns);
  return programs.insert(std::next(holder), std::move(missed))->get();
}

void SampleWriter::write(Process& process, std::uint64_t settled_ns) {
  if (process.trace == nullptr) return;
  const std::vector<ImageBeginning>& beginnings = process.beginnings.update(*process.trace);
  for (; process.images_placed < beginnings.size(); ++process.images_placed) {
    const ImageBeginning& beginning = beginnings[process.images_placed];
    if (beginning.monotonic_ns > settled_ns) break;  // the program that became it may not be known yet
    if (SampleLane* const program = program_of(process, beginning)) {
      program->place(*process.trace, beginning, counters_);
    }
  }
  for (const std::unique_ptr<SampleLane>& program : process.programs) program->flush(clock_);
}

void SampleWriter::finish(const std::map<std::uint32_t, std::vector<sampling::ProcessTotal>>& totals) {
  clock_.update();
  while (lost_ > 0 && adopt_children()) {
  }
  find_traces();
  sampling::ProcessTotal nothing;
  nothing.estimated = true;
  const std::vector<sampling::ProcessTotal> nothing_seen(counters_.size(), nothing);
  for (auto& [pid, process] : processes_) {
    if (process.trace == nullptr || !process.trace->reopen()) continue;
    write(process, ~std::uint64_t{0});
    SampleLane* last = nullptr;
    for (const std::unique_ptr<SampleLane>& program : process.programs) {
      if (program->has_place()) last = program.get();
    }
    if (last == nullptr) {
      process.trace->close();
      continue;
    }
    // of a daemon that goes on no total is known: reports say so
    const bool goes_on = since_ != 0 && replay::process_alive(process.trace->header());
    const auto found = totals.find(pid);
    if (!goes_on) last->add_totals(counters_, found != totals.end() ? found->second : nothing_seen);
    last->add_lost(process.lost);
    for (const std::unique_ptr<SampleLane>& program : process.programs) program->seal();
    process.trace->close();
  }
}

}  // namespace memline::commands
