#include "trace_space.h"

#include <signal.h>

#include <iterator>

#include "memline/watching_lock.h"
#include "memory_group.h"
#include "patience.h"
#include "sys.h"

namespace memline::capture {
namespace {

using trace::kBlockBytes;
using trace::kHeaderBytes;

constexpr std::uint64_t kFirstStep = std::uint64_t{1} << 20;
constexpr std::uint64_t kLastStep = std::uint64_t{64} << 20;
constexpr std::uint64_t kMostDiskLeft = std::uint64_t{64} << 20;
constexpr int kPopulateWrite = 23;  // MADV_POPULATE_WRITE, Linux 5.14
constexpr int kOpenFlags = O_RDWR;
constexpr std::uint64_t kTrimNs = 1'000'000'000;  // far more than it takes: whoever trims may have to wait for the disk
constexpr std::uint64_t kCachedShare = 16;        // of a memory group's limit
constexpr unsigned kMostYields = 2000;
constexpr char kZeros[4096] = {};

constexpr std::uint64_t end_of_block(std::uint64_t index) noexcept {
  return kHeaderBytes + (index + 1) * kBlockBytes;
}

std::atomic_ref<std::uint64_t> atomically(std::uint64_t& field) noexcept {
  return std::atomic_ref<std::uint64_t>(field);
}
std::atomic_ref<std::uint32_t> atomically(std::uint32_t& field) noexcept {
  return std::atomic_ref<std::uint32_t>(field);
}

/// Whether the pages of one write, which the file system makes together, cost it less than a fault for each. Measured, with
/// the faults that remain: ext4 1.2 us a page against 2.9, xfs 0.95 against 1.3, overlayfs as what lies below it; but
/// tmpfs 2.0 against 1.7 and btrfs 7.9 against 5.3.
bool makes_pages_cheaply(int fd) noexcept {
  constexpr long kExt = 0xef53, kXfs = 0x58465342, kOverlay = 0x794c7630;
  struct statfs disk;
  return sys::fstatfs(fd, disk) == 0 && (disk.f_type == kExt || disk.f_type == kXfs || disk.f_type == kOverlay);
}

/// No signal handler of the program runs in this thread meanwhile.
class SignalsHeld {
 public:
  SignalsHeld() noexcept {
    constexpr std::uint64_t kAll = ~std::uint64_t{0};
    sys::call(SYS_rt_sigprocmask, SIG_BLOCK, sys::as_long(&kAll), sys::as_long(&before_), sizeof before_);
  }
  ~SignalsHeld() { sys::call(SYS_rt_sigprocmask, SIG_SETMASK, sys::as_long(&before_), 0, sizeof before_); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  std::uint64_t before_ = 0;
};

}  // namespace

bool TraceSpace::open(int fd, const PathText& path, std::uint64_t max_bytes, bool may_map) noexcept {
  path_ = path;
  max_bytes_ = max_bytes == 0 ? UINT64_MAX : max_bytes;
  step_bytes_ = kFirstStep;
  growing_ = 0;
  trimming_ = false;
  if (!descriptor_.adopt(fd)) return false;
  const int own = descriptor_.get(path_.c_str(), kOpenFlags, false);
  struct stat status;
  if (own < 0 || sys::fstat(own, status) != 0) return false;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const auto fail = [&] {
    window_.abandon(false);
    descriptor_.drop();
    return false;
  };
  if (!window_.open(own, may_map)) return fail();
  writes_zeros_ = is_mapped() && makes_pages_cheaply(own);
  if (const std::uint64_t limit = memory_group_limit(); limit != UINT64_MAX) {
    most_cached_ = limit / kCachedShare / kBlockBytes * kBlockBytes;
  }
  if (size < kHeaderBytes && grow_file(own, 0, kHeaderBytes) != SpaceFault::kNone) return fail();
  if (!is_mapped() && size >= kHeaderBytes &&
      sys::pread(own, &header(), sizeof(trace::TraceHeader), 0) != static_cast<long>(sizeof(trace::TraceHeader))) {
    return fail();
  }
  // A trace that goes on after exec: what the file has beyond the header is reserved already.
  const std::uint64_t end = size > kHeaderBytes ? size : kHeaderBytes;
  atomically(header().reserved_bytes).store(end, std::memory_order_seq_cst);
  return true;
}

std::uint64_t TraceSpace::reserved() noexcept {
  return atomically(header().reserved_bytes).load();
}

void TraceSpace::raise_reserved(std::uint64_t end) noexcept {
  std::uint64_t seen = reserved();
  while (seen < end && !atomically(header().reserved_bytes).compare_exchange_weak(seen, end)) {
  }
}

std::uint64_t TraceSpace::room_on_disk(int fd) noexcept {
  struct statfs disk;
  if (sys::fstatfs(fd, disk) != 0 || disk.f_blocks == 0) return UINT64_MAX;
  const auto unit = static_cast<std::uint64_t>(disk.f_bsize);
  const std::uint64_t one_percent = static_cast<std::uint64_t>(disk.f_blocks) / 100 * unit;
  const std::uint64_t left_alone = one_percent < kMostDiskLeft ? one_percent : kMostDiskLeft;
  const std::uint64_t available = static_cast<std::uint64_t>(disk.f_bavail) * unit;
  return available > left_alone ? available - left_alone : 0;
}

SpaceFault TraceSpace::grow_file(int fd, std::uint64_t begin, std::uint64_t end) noexcept {
  // Beyond this limit the kernel sends SIGXFSZ, which kills.
  if (end > sys::soft_limit(RLIMIT_FSIZE)) return SpaceFault::kLimit;
  if (end - begin > room_on_disk(fd)) return SpaceFault::kDiskFull;
  if (!no_fallocate_) {
    long result = -EINTR;
    while (result == -EINTR) result = sys::fallocate(fd, begin, end - begin);
    if (result == 0) return SpaceFault::kNone;
    if (result != -EOPNOTSUPP && result != -ENOSYS) {
      return result == -ENOSPC || result == -EDQUOT ? SpaceFault::kDiskFull : SpaceFault::kLimit;
    }
    no_fallocate_ = true;
  }
  // Where space cannot be asked for, zeros are written: a hole might find no room later.
  for (std::uint64_t at = begin; at < end;) {
    const std::uint64_t part = end - at < sizeof kZeros ? end - at : sizeof kZeros;
    const long written = sys::pwrite(fd, kZeros, part, at);
    if (written == -EINTR) continue;
    if (written <= 0) return written == -EFBIG ? SpaceFault::kLimit : SpaceFault::kDiskFull;
    at += static_cast<std::uint64_t>(written);
  }
  return SpaceFault::kNone;
}

void TraceSpace::write_zeros(std::uint64_t index) noexcept {
  // Without fallocate they have been written; beyond the limit, lowered since the space was reserved, a write kills.
  if (!writes_zeros_ || no_fallocate_ || end_of_block(index) > sys::soft_limit(RLIMIT_FSIZE)) return;
  const int fd = descriptor_.held();
  if (fd < 0) return;
  struct iovec parts[kBlockBytes / sizeof kZeros];
  for (struct iovec& part : parts) part = {const_cast<char*>(kZeros), sizeof kZeros};
  sys::pwritev(fd, parts, std::size(parts), end_of_block(index) - kBlockBytes);
}

SpaceFault TraceSpace::reserve_more(std::uint64_t needed_end) noexcept {
  const std::uint64_t begin = reserved();
  if (begin >= needed_end) return SpaceFault::kNone;
  const int fd = descriptor_.get(path_.c_str(), kOpenFlags, false);
  if (fd < 0) return SpaceFault::kFileGone;
  std::uint64_t step = no_fallocate_ ? kFirstStep : step_bytes_.load(std::memory_order_relaxed);
  for (;; step /= 2) {
    std::uint64_t end = begin + step;
    if (end > max_bytes_) end = max_bytes_;
    if (end > window_.most_bytes()) end = window_.most_bytes();
    if (end < needed_end) end = needed_end;
    const SpaceFault fault = grow_file(fd, begin, end);
    if (fault == SpaceFault::kNone) {
      raise_reserved(end);
      step_bytes_.store(step < kLastStep ? step * 2 : kLastStep, std::memory_order_relaxed);
      return fault;
    }
    if (end == needed_end) return fault;
  }
}

SpaceFault TraceSpace::reserve(std::uint64_t needed_end) noexcept {
  if (needed_end > window_.most_bytes() || needed_end > max_bytes_) return SpaceFault::kLimit;
  if (!system_calls_allowed()) return SpaceFault::kNoSystemCalls;
  // Reserving twice does no harm, so nobody waits for another to reserve; only trim() must not come between.
  Patience patience(kTrimNs);
  growing_.fetch_add(1);
  while (trimming_.load()) {
    growing_.fetch_sub(1);
    if (!patience.wait()) return SpaceFault::kBusy;
    growing_.fetch_add(1);
  }
  const SpaceFault fault = reserve_more(needed_end);
  growing_.fetch_sub(1);
  return fault;
}

SpaceFault TraceSpace::show(std::uint64_t index) noexcept {
  if (window_.block(index) != nullptr) return SpaceFault::kNone;
  if (!system_calls_allowed()) return SpaceFault::kNoSystemCalls;
  const int fd = is_mapped() ? descriptor_.get(path_.c_str(), kOpenFlags, false) : -1;
  if (is_mapped() && fd < 0) return SpaceFault::kFileGone;
  if (window_.show(fd, index)) return SpaceFault::kNone;
  // Where memory has run out, there may be some later.
  return end_of_block(index) > window_.most_bytes() ? SpaceFault::kLimit : SpaceFault::kBusy;
}

std::byte* TraceSpace::claim(SpaceFault& fault) noexcept {
  const auto claimed = atomically(header().claimed_blocks);
  for (;;) {
    std::uint32_t index = claimed.load();
    const std::uint64_t end = end_of_block(index);
    if (end > reserved()) {
      fault = reserve(end);
      if (fault != SpaceFault::kNone) return nullptr;
      continue;
    }
    fault = show(index);
    if (fault != SpaceFault::kNone) return nullptr;
    if (!claimed.compare_exchange_weak(index, index + 1)) continue;
    // trim() may have come between: it leaves alone only what was claimed when it looked.
    while (end > reserved()) {
      fault = reserve(end);
      if (fault != SpaceFault::kNone) return nullptr;
    }
    std::byte* const block = window_.block(index);
    if (!is_mapped()) write_header(trace::kUnmappedOpen);
    if (system_calls_allowed()) write_zeros(index);
    if (!no_populate_ && system_calls_allowed()) {
      const long result = sys::madvise(block, kBlockBytes, kPopulateWrite);
      if (result == -EINVAL || result == -ENOSYS) {
        no_populate_ = true;
      } else if (result == -EFAULT || result == -ENOSPC || result == -EIO) {  // touching it would be a SIGBUS
        fault = SpaceFault::kFileGone;
        return nullptr;
      }
    }
    return block;
  }
}

bool TraceSpace::others_write() noexcept {
  const int fd = descriptor_.get(path_.c_str(), kOpenFlags, false);
  struct flock lock = trace::watching_lock(F_WRLCK);
  return fd >= 0 && sys::call(SYS_fcntl, fd, F_OFD_GETLK, sys::as_long(&lock)) == 0 && lock.l_type != F_UNLCK;
}

void TraceSpace::write_header(std::uint64_t reserved_bytes) noexcept {
  const int fd = system_calls_allowed() ? descriptor_.get(path_.c_str(), kOpenFlags, false) : -1;
  if (fd < 0) return;
  trace::TraceHeader copy = header();
  copy.reserved_bytes = reserved_bytes;
  sys::pwrite(fd, &copy, sizeof copy, 0);
}

bool TraceSpace::write_block(const std::byte* block) noexcept {
  const auto bytes = sizeof(trace::BlockHeader) + reinterpret_cast<const trace::BlockHeader*>(block)->payload_bytes;
  const std::uint64_t at = window_.file_offset(block);
  if (at == FileWindow::kNowhere) return false;
  if (at + bytes > sys::soft_limit(RLIMIT_FSIZE)) return false;  // lowered since the space was reserved
  const int fd = descriptor_.get(path_.c_str(), kOpenFlags, false);
  long written = -EINTR;
  while (fd >= 0 && written == -EINTR) written = sys::pwrite(fd, block, bytes, at);
  return written == static_cast<long>(bytes);
}

void TraceSpace::write_open_blocks() noexcept {
  const std::uint32_t claimed = atomically(header().claimed_blocks).load();
  for (std::uint64_t index = 0; index < claimed; ++index) {
    const std::byte* const block = window_.block(index);
    if (block == nullptr) continue;
    // Those that were retired read as zeros.
    if (reinterpret_cast<const trace::BlockHeader*>(block)->magic == trace::kBlockMagic) write_block(block);
  }
  write_header(trace::kUnmappedDone);
}

void TraceSpace::write_back(const std::byte* block) noexcept {
  const int fd = descriptor_.get(path_.c_str(), kOpenFlags, false);
  const std::uint64_t at = window_.file_offset(block);
  if (fd < 0 || at == FileWindow::kNowhere) return;
  // First a good while ahead of the need, so that there is seldom anything to wait for; short programs write nothing.
  if (at >= kHeaderBytes + most_cached_ / 2) sys::begin_write_back(fd, at - most_cached_ / 2, kBlockBytes);
  if (at < kHeaderBytes + most_cached_) return;
  sys::await_write_back(fd, at - most_cached_, kBlockBytes);
  sys::drop_written(fd, at - most_cached_, kBlockBytes);
}

void TraceSpace::retire(std::byte* block) noexcept {
  if (!system_calls_allowed() || (!is_mapped() && !write_block(block))) return;
  sys::madvise(block, kBlockBytes, MADV_DONTNEED);
  if (most_cached_ != UINT64_MAX) write_back(block);
  window_.retire(block);
}

void TraceSpace::reserve_ahead(std::uint64_t bytes) noexcept {
  const std::uint64_t next = atomically(header().claimed_blocks).load();
  const std::uint64_t end = end_of_block(next) + bytes;
  if (end > reserved() && reserve(end) != SpaceFault::kNone) {
    // Less is better than nothing; what there is already stays.
    reserve(end_of_block(next));
  }
  const int fd = is_watched() ? descriptor_.get(path_.c_str(), kOpenFlags, false) : -1;
  if (is_mapped() && fd >= 0) window_.show_ahead(fd, next);  // `memline run` goes on reserving
  for (std::uint64_t index = next; end_of_block(index) <= reserved() && show(index) == SpaceFault::kNone; ++index) {
  }
}

void TraceSpace::trim() noexcept {
  if (!system_calls_allowed() || is_watched()) return;
  // A handler that wanted space here would wait for the very code that it has interrupted: a timer's could for ever.
  const SignalsHeld held;
  if (trimming_.exchange(true)) return;
  bool alone = false;
  // Shortly: who reserves space may be the very code that the end of the process has interrupted.
  for (unsigned i = 0; i < kMostYields && !alone; ++i) {
    alone = growing_.load() == 0;
    if (!alone) sys::yield();
  }
  const int fd = alone ? descriptor_.get(path_.c_str(), kOpenFlags, false) : -1;
  if (fd >= 0) {
    const auto claimed = atomically(header().claimed_blocks);
    std::uint32_t seen = claimed.load();
    for (;;) {
      atomically(header().reserved_bytes).store(kHeaderBytes + seen * kBlockBytes);
      const std::uint32_t now = claimed.load();
      if (now == seen) break;
      seen = now;
    }
    sys::ftruncate(fd, kHeaderBytes + seen * kBlockBytes);
    step_bytes_.store(kBlockBytes, std::memory_order_relaxed);
  }
  if (!is_mapped()) write_open_blocks();
  trimming_.store(false);
}

void TraceSpace::abandon(bool keep_memory) noexcept {
  descriptor_.drop();
  window_.abandon(keep_memory);
}

}  // namespace memline::capture
