#include "sampling/perf_events.h"

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

namespace memline::sampling {
namespace {

/// Samples of counters are few: nearly every stack fits whole. Page faults are many.
constexpr std::uint32_t kCounterStackBytes = 16384;
constexpr std::uint32_t kFaultStackBytes = 1024;

/// Tried first; halved until it is had. An ordinary user may lock kernel.perf_event_mlock_kb (516) for each processor,
/// and RLIMIT_MEMLOCK (8 MiB, often) in all. Faults come in floods, up to 3 million a second.
constexpr std::size_t kMostCounterRingBytes = std::size_t{512} << 10;
constexpr std::size_t kMostFaultRingBytes = std::size_t{16} << 20;
constexpr std::size_t kMostFaultRingBytesInAll = std::size_t{256} << 20;
constexpr std::size_t kLeastRingBytes = std::size_t{32} << 10;

std::size_t page_bytes() {
  return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

int read_paranoid() {
  std::ifstream file("/proc/sys/kernel/perf_event_paranoid");
  int value = 2;
  file >> value;
  return value;
}

/// "0-3,5": as /sys/devices/system/cpu/online has it.
std::vector<int> online_processors() {
  std::vector<int> found;
  std::ifstream file("/sys/devices/system/cpu/online");
  int first = 0;
  while (file >> first) {
    int last = first;
    if (file.peek() == '-') file.ignore(), file >> last;
    for (int i = first; i <= last && found.size() < CPU_SETSIZE; ++i) found.push_back(i);
    if (file.peek() == ',') file.ignore();
  }
  if (found.empty()) {
    for (long i = 0; i < ::sysconf(_SC_NPROCESSORS_ONLN); ++i) found.push_back(static_cast<int>(i));
  }
  return found;
}

perf_event_attr common_attributes(const CountedProcess& process) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.disabled = attributes.enable_on_exec = process.is_running ? 0 : 1;
  attributes.inherit = 1;
  attributes.exclude_hv = 1;
  attributes.sample_id_all = 1;
  attributes.use_clockid = 1;
  attributes.clockid = CLOCK_MONOTONIC;
  return attributes;
}

perf_event_attr counter_attributes(const CounterSpec& spec, const CountedProcess& process) {
  perf_event_attr attributes = common_attributes(process);
  attributes.type = spec.type;
  attributes.config = spec.config;
  attributes.config1 = spec.config1;
  attributes.config2 = spec.config2;
  attributes.sample_type = kSampleFields | (spec.faults ? std::uint64_t{PERF_SAMPLE_ADDR} : 0);
  attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  attributes.sample_regs_user = kUserRegisters;
  attributes.sample_stack_user = spec.faults ? kFaultStackBytes : kCounterStackBytes;
  attributes.freq = spec.sampling == trace::Sampling::kFrequency ? 1 : 0;
  attributes.sample_period = spec.interval;
  return attributes;
}

/// Tells where code lies, and who forks.
perf_event_attr code_attributes(const CountedProcess& process) {
  perf_event_attr attributes = common_attributes(process);
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_DUMMY;
  attributes.sample_type = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME;
  attributes.exclude_kernel = 1;
  attributes.mmap = 1;
  attributes.mmap2 = 1;
  attributes.comm = 1;
  attributes.comm_exec = 1;
  attributes.task = 1;
  attributes.watermark = 1;
  return attributes;
}

}  // namespace

std::string refusal_of(int error, int paranoid) {
  switch (error) {
    case EACCES:
    case EPERM:
      if (paranoid > 2) {
        return fmt::format(
            "not permitted: kernel.perf_event_paranoid is {}; as root: sysctl kernel.perf_event_paranoid=2", paranoid);
      }
      return "not permitted: a container or sandbox forbids perf_event_open; allow it in its seccomp profile";
    case ENOSYS:
      return "not supported here: the kernel has no perf events";
    case EMFILE:
    case ENFILE:
      return "too few file descriptors; see ulimit -n";
    case ENOMEM:
      return "too little memory may be locked for its buffer; see kernel.perf_event_mlock_kb";
    default:
      return "not supported here";
  }
}

PerfEvents::PerfEvents(std::vector<CounterSpec> specs, CountedProcess process)
    : process_(process), processors_(online_processors()) {
  for (CounterSpec& spec : specs) counters_.push_back({std::move(spec), false});
  descriptors_.resize(counters_.size());
  const std::string reason = open_all_rings();
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    std::string& refusal = counters_[i].spec.refusal;
    if (refusal.empty()) refusal = reason;
    if (refusal.empty()) open_counter(i);
  }
}

std::string PerfEvents::open_all_rings() {
#if defined(__x86_64__)
  const bool wants_faults =
      std::any_of(counters_.begin(), counters_.end(), [](const OpenedCounter& counter) { return counter.spec.faults; });
  const std::size_t most_fault_bytes =
      std::min(kMostFaultRingBytes, std::bit_floor(kMostFaultRingBytesInAll / processors_.size()));
  const bool all_open = open_rings(RingKind::kCounters, kMostCounterRingBytes) &&
                        (!wants_faults || open_rings(RingKind::kFaults, most_fault_bytes));
  return all_open ? "" : refusal_of(errno, read_paranoid());
#else
  return "not supported on this processor";  // which registers make a stack is known for x86-64 only
#endif
}

PerfEvents::~PerfEvents() {
  for (std::size_t i = 0; i < descriptors_.size(); ++i) close_counter(i);
  close_rings(RingKind::kFaults);
  close_rings(RingKind::kCounters);
}

int PerfEvents::open_one(perf_event_attr& attributes, int processor) {
  return static_cast<int>(
      ::syscall(SYS_perf_event_open, &attributes, process_.pid, processor, -1, PERF_FLAG_FD_CLOEXEC));
}

bool PerfEvents::open_rings(RingKind kind, std::size_t most_bytes) {
  for (std::size_t bytes = most_bytes; bytes >= kLeastRingBytes; bytes /= 2) {
    if (open_rings_of(kind, bytes)) return true;
    const int reason = errno;
    close_rings(kind);
    errno = reason;
    if (reason != ENOMEM) return false;
  }
  return false;
}

/// ENOMEM: so much memory may not be locked. A smaller ring wakes us up earlier, so it is its event that is opened anew.
bool PerfEvents::open_rings_of(RingKind kind, std::size_t bytes) {
  perf_event_attr attributes = code_attributes(process_);
  if (kind == RingKind::kFaults) attributes.mmap = attributes.mmap2 = attributes.comm = attributes.task = 0;
  attributes.wakeup_watermark = static_cast<std::uint32_t>(bytes / 8);
  for (const int processor : processors_) {
    const int fd = open_one(attributes, processor);
    if (fd < 0) return false;
    Ring ring{kind, fd, nullptr, bytes, {}};
    void* const memory = ::mmap(nullptr, bytes + page_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory != MAP_FAILED) ring.memory = static_cast<std::byte*>(memory);
    rings_.push_back(std::move(ring));
    if (memory == MAP_FAILED) {
      if (errno == EPERM) errno = ENOMEM;
      return false;
    }
    polled_.push_back({fd, POLLIN, 0});
  }
  return true;
}

void PerfEvents::close_rings(RingKind kind) {
  for (const Ring& ring : rings_) {
    if (ring.kind != kind) continue;
    if (ring.memory != nullptr) ::munmap(ring.memory, ring.data_bytes + page_bytes());
    ::close(ring.descriptor);
    std::erase_if(polled_, [&](const pollfd& polled) { return polled.fd == ring.descriptor; });
  }
  std::erase_if(rings_, [kind](const Ring& ring) { return ring.kind == kind; });
}

int PerfEvents::ring_descriptor(RingKind kind, std::size_t processor) const {
  for (const Ring& ring : rings_) {
    if (ring.kind == kind && processor-- == 0) return ring.descriptor;
  }
  return -1;
}

void PerfEvents::open_counter(std::size_t index) {
  OpenedCounter& counter = counters_[index];
  const auto kind = counter.spec.faults ? RingKind::kFaults : RingKind::kCounters;
  perf_event_attr attributes = counter_attributes(counter.spec, process_);
  for (std::size_t i = 0; i < processors_.size(); ++i) {
    int fd = open_one(attributes, processors_[i]);
    if (fd < 0 && i == 0 && (errno == EACCES || errno == EPERM || errno == EOPNOTSUPP)) {
      // what the kernel does for us is not shown to everybody, nor do all counters tell it apart
      attributes.exclude_kernel = counter.user_only = true;
      fd = open_one(attributes, processors_[i]);
    }
    const int ring = ring_descriptor(kind, i);
    std::uint64_t id = 0;
    if (fd >= 0) descriptors_[index].push_back(fd);
    if (fd < 0 || ::ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, ring) != 0 || ::ioctl(fd, PERF_EVENT_IOC_ID, &id) != 0) {
      counter.spec.refusal = refusal_of(errno, read_paranoid());
      close_counter(index);
      return;
    }
    ids_[id] = index;
  }
}

void PerfEvents::close_counter(std::size_t index) {
  for (const int fd : descriptors_[index]) ::close(fd);
  descriptors_[index].clear();
  std::erase_if(ids_, [index](const auto& entry) { return entry.second == index; });
}

std::size_t PerfEvents::counter_of(std::uint64_t event) const {
  const auto found = ids_.find(event);
  return found == ids_.end() ? counters_.size() : found->second;
}

void PerfEvents::wait(int timeout_ms) {
  // a descriptor whose tasks are all gone is always ready
  if (::poll(polled_.data(), polled_.size(), timeout_ms) <= 0) return;
  for (pollfd& polled : polled_) {
    if ((polled.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) polled.fd = -1;
  }
}

void PerfEvents::drain(const std::function<void(std::span<const std::byte>)>& record) {
  for (Ring& ring : rings_) drain(ring, record);
}

void PerfEvents::drain(Ring& ring, const std::function<void(std::span<const std::byte>)>& record) {
  auto* const page = reinterpret_cast<perf_event_mmap_page*>(ring.memory);
  const std::byte* const data = ring.memory + page_bytes();
  const std::uint64_t head = std::atomic_ref(page->data_head).load(std::memory_order_acquire);
  std::uint64_t tail = page->data_tail;
  while (tail < head) {
    const std::size_t at = static_cast<std::size_t>(tail) & (ring.data_bytes - 1);
    perf_event_header header{};  // records are multiples of 8 bytes, so that a header never goes over the end
    std::memcpy(&header, data + at, sizeof header);
    if (header.size < sizeof header || header.size > head - tail) break;
    const std::size_t straight = std::min<std::size_t>(header.size, ring.data_bytes - at);
    if (straight == header.size) {
      record({data + at, header.size});
    } else {
      ring.wrapped.assign(data + at, data + at + straight);
      ring.wrapped.insert(ring.wrapped.end(), data, data + (header.size - straight));
      record(ring.wrapped);
    }
    tail += header.size;
    // room is given back step by step: a flood goes on meanwhile
    std::atomic_ref(page->data_tail).store(tail, std::memory_order_release);
  }
  std::atomic_ref(page->data_tail).store(head, std::memory_order_release);
}

Reading PerfEvents::read(std::size_t counter) const {
  Reading sum;
  for (const int fd : descriptors_[counter]) {
    std::uint64_t numbers[3] = {};
    if (::read(fd, numbers, sizeof numbers) != sizeof numbers) continue;
    sum.value += numbers[0];
    // each processor's event is wanted all the time, and counts where the program runs
    sum.enabled_ns = std::max(sum.enabled_ns, numbers[1]);
    sum.counting_ns += numbers[2];
  }
  return sum;
}

}  // namespace memline::sampling
