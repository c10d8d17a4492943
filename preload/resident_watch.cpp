#include "resident_watch.h"

#include "memory_maps.h"
#include "own_memory.h"
#include "page_scan.h"
#include "session.h"
#include "stack_recorder.h"
#include "sys.h"

namespace memline::capture {
namespace {

constexpr char kMaps[] = "/proc/self/maps";
constexpr char kPagemap[] = "/proc/self/pagemap";
constexpr char kStatus[] = "/proc/self/status";

constexpr std::int64_t kShare = 100;  ///< looks take one part in so many of the running time
constexpr std::int64_t kByteNs = 100;
constexpr std::int64_t kFirstCredit = 5'000'000, kMostCredit = 50'000'000;
/// Less growth than one part in so many is none: what is in RAM is told to one in a hundred.
constexpr std::uint64_t kGrowthShare = 128;
/// Questions for the RSS before large releases; ticks are some nanoseconds each.
constexpr std::uint64_t kTicksBetweenQuestions = 10'000;
/// Without the kernel's help an entry is read for every page of the address space: so many of them at most.
constexpr std::uint64_t kMostEntries = std::uint64_t{8} << 20;
constexpr std::uint64_t kManyDescriptors = 256;
constexpr std::uint64_t kUserEnd = std::uint64_t{1} << 47;

/// Of whoever is busy.
alignas(8) constinit char text_buffer[16384]{};
alignas(8) constinit std::byte page_buffer[65536]{};
constinit trace::ResidentPages pages_record{};

/// Joins runs, and writes them in as few records as they take.
class RunWriter {
 public:
  explicit RunWriter(Lane& lane) : lane_(lane) { pages_record.count = 0; }

  PageReceiver receiver() noexcept {
    return {[](void* self, std::uint64_t begin, std::uint64_t end) noexcept {
              static_cast<RunWriter*>(self)->add(begin / kPageBytes, end / kPageBytes);
            },
            this};
  }
  bool finish() noexcept {
    put();
    write();
    return ok_;
  }

 private:
  void add(std::uint64_t begin, std::uint64_t end) noexcept {
    if (begin < end_) return;  // what cannot be: runs come in order
    if (begin == end_) {
      end_ = end;
      return;
    }
    put();
    begin_ = begin;
    end_ = end;
  }
  void put() noexcept {
    if (begin_ == end_) return;
    if (pages_record.count == 0) pages_record.first_page = written_to_ = begin_;
    pages_record.runs[pages_record.count++] = {begin_ - written_to_, end_ - begin_};
    written_to_ = end_;
    if (pages_record.count >= trace::kMaxPageRuns) write();
  }
  void write() noexcept {
    if (pages_record.count != 0) ok_ = lane_.write(pages_record) && ok_;
    pages_record.count = 0;
  }

  Lane& lane_;
  std::uint64_t begin_ = 0, end_ = 0;  ///< the run at hand
  std::uint64_t written_to_ = 0;
  bool ok_ = true;
};

/// The number of kB after `name` in the text of /proc/PID/status, as bytes; 0: it is not there.
std::uint64_t field_bytes(std::string_view status, std::string_view name) noexcept {
  const std::size_t at = status.find(name);
  if (at == std::string_view::npos) return 0;
  std::uint64_t value = 0;
  for (std::size_t i = at + name.size(); i < status.size() && status[i] != '\n'; ++i) {
    const char c = status[i];
    if (c >= '0' && c <= '9') value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value << 10;
}

bool write_region(Lane& lane, trace::RegionKind kind, std::uint64_t begin, std::uint64_t bytes) noexcept {
  trace::ResidentRegion region{kind, begin, bytes, 0, {}};
  return bytes == 0 && kind != trace::RegionKind::kStack ? true : lane.write(region);
}

/// Names of files stay out of a private trace.
std::string_view name_to_tell(std::string_view name) noexcept {
  if (session.settings.is_private && !name.empty() && name[0] == '/') return "/(private)";
  return cut_text(name, trace::kMaxTextBytes);
}

bool write_own_regions(Lane& lane) noexcept {
  bool ok = write_region(lane, trace::RegionKind::kProfiler, own_code.begin, own_code.bytes);
  for (std::size_t i = 0; i < FileWindow::kMostPieces; ++i) {
    const FileWindow::Range range = session.space.window().piece(i);
    ok = write_region(lane, trace::RegionKind::kProfiler, range.begin, range.bytes) && ok;
  }
  for (std::size_t i = 0; i < kMostOwnRanges; ++i) {
    const OwnRange range = own_range(i);
    if (range.begin != 0) ok = write_region(lane, trace::RegionKind::kProfiler, range.begin, range.bytes) && ok;
  }
  session.lanes.for_each([&](const Lane& other) {
    if (other.stack_address == 0) return;
    ok = write_region(lane, trace::RegionKind::kStack, other.stack_address, 0) && ok;
  });
  return ok;
}

}  // namespace

void ResidentWatch::leave() noexcept {
  stop();
  maps_.drop();
  pagemap_.drop();
  status_.drop();
}

void ResidentWatch::start(std::uint64_t now_ns) noexcept {
  leave();
  // Now, as later another thread may expect the number that an open() takes for a moment. Where few descriptors are
  // allowed the program may need each of them more.
  if (sys::soft_limit(RLIMIT_NOFILE) >= kManyDescriptors) {
    maps_.get(kMaps, O_RDONLY, true);
    pagemap_.get(kPagemap, O_RDONLY, true);
    status_.get(kStatus, O_RDONLY, true);
  }
  most_pages_ = last_pages_ = largest_release_ = next_question_ = 0;
  credit_ns_ = kFirstCredit;
  credited_ns_ = now_ns;
  busy_ = false;
  on_.store(true, std::memory_order_relaxed);
}

bool ResidentWatch::may_ask(std::uint64_t ticks) noexcept {
  std::uint64_t due = next_question_.load(std::memory_order_relaxed);
  return is_on() && ticks >= due &&
         next_question_.compare_exchange_strong(due, ticks + kTicksBetweenQuestions, std::memory_order_relaxed);
}

bool ResidentWatch::affordable(std::uint64_t now_ns) noexcept {
  credit_ns_ += static_cast<std::int64_t>(now_ns - credited_ns_) / kShare;
  credited_ns_ = now_ns;
  if (credit_ns_ > kMostCredit) credit_ns_ = kMostCredit;
  return credit_ns_ > 0;
}

void ResidentWatch::grown(Lane& lane, std::uint64_t rss_pages) noexcept {
  const std::uint64_t most = most_pages_.load(std::memory_order_relaxed);
  if (is_on() && rss_pages > most + most / kGrowthShare)
    look(lane, trace::LookReason::kGrowth, rss_pages, rss_pages > most + most / 4);
}

void ResidentWatch::releasing(Lane& lane, std::uint64_t bytes, std::uint64_t rss_pages) noexcept {
  const std::uint64_t most = most_pages_.load(std::memory_order_relaxed);
  const std::uint64_t largest = largest_release_.load(std::memory_order_relaxed);
  const bool nothing_changed = rss_pages == last_pages_.load(std::memory_order_relaxed);
  if (nothing_changed || (rss_pages <= most && bytes <= largest)) return;
  if (bytes > largest) largest_release_.store(bytes, std::memory_order_relaxed);
  look(lane, trace::LookReason::kRelease, rss_pages, rss_pages > most + most / 4 || bytes / 2 > largest);
}

void ResidentWatch::look(Lane& lane, trace::LookReason reason, std::uint64_t rss_pages,
                         bool whatever_it_costs) noexcept {
  if (!is_on() || busy_.exchange(true, std::memory_order_acquire)) return;
  const std::uint64_t begin_ns = sys::monotonic_ns();
  const bool may = affordable(begin_ns) || whatever_it_costs;
  const int maps = may ? maps_.get(kMaps, O_RDONLY, true) : -1;
  const int pagemap = maps < 0 ? -1 : pagemap_.get(kPagemap, O_RDONLY, true);
  if (pagemap < 0) {
    if (may) stop();  // no /proc, or no room for descriptors
    busy_.store(false, std::memory_order_release);
    return;
  }
  // time on the processor: a look that had to wait for it did not cost more
  const std::uint64_t begin_cpu_ns = sys::clock_ns(CLOCK_THREAD_CPUTIME_ID);
  const std::uint64_t written_before = lane.written_bytes();
  trace::ResidentLook head{session.clock.now(), begin_ns, reason, rss_pages, 0, 0};
  const int status = status_.get(kStatus, O_RDONLY, true);
  const long got = status < 0 ? 0 : sys::pread(status, text_buffer, sizeof text_buffer, 0);
  if (got > 0) {
    const std::string_view text(text_buffer, static_cast<std::size_t>(got));
    head.page_table_bytes = field_bytes(text, "\nVmPTE:");
    head.swapped_bytes = field_bytes(text, "\nVmSwap:");
  }
  bool ok = lane.write(head);

  RunWriter runs(lane);
  PageScan scan(pagemap, page_buffer, sizeof page_buffer);
  MemoryMaps lines(maps, text_buffer, sizeof text_buffer);
  bool kernel_scans = true;
  std::uint64_t entries = kMostEntries;
  bool complete = true;
  for (MapLine line; ok && is_on() && lines.next(line);) {
    if (line.begin >= kUserEnd) break;  // the vsyscall page belongs to nobody
    trace::ResidentRegion region{line.shared ? trace::RegionKind::kShared : trace::RegionKind::kPrivate, line.begin,
                                 line.end - line.begin, line.protection, name_to_tell(line.name)};
    ok = lane.write(region);
    const PageReceiver receiver = runs.receiver();
    kernel_scans = kernel_scans && scan.scan(line.begin, line.end, receiver);
    if (!kernel_scans && line.protection != 0) {
      complete = scan.read(line.begin, line.end, entries, receiver) && complete;
    }
  }
  ok = runs.finish() && ok;
  ok = ok && write_own_regions(lane);
  trace::ResidentEnd tail{session.clock.now(), complete && is_on() && lines.complete() ? 1U : 0U};
  if (ok) lane.write(tail);

  last_pages_.store(rss_pages, std::memory_order_relaxed);
  if (rss_pages > most_pages_.load(std::memory_order_relaxed)) most_pages_.store(rss_pages, std::memory_order_relaxed);
  credit_ns_ -= static_cast<std::int64_t>(sys::clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin_cpu_ns) +
                static_cast<std::int64_t>(lane.written_bytes() - written_before) * kByteNs;
  busy_.store(false, std::memory_order_release);
}

}  // namespace memline::capture
