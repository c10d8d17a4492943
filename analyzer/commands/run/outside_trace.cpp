#include "commands/run/outside_trace.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "base/monotonic_clock.h"
#include "commands/run/seal_blocks.h"
#include "memline/watching_lock.h"

namespace memline::commands {
namespace {

constexpr std::uint64_t kLeastAhead = std::uint64_t{1} << 20;
constexpr std::uint64_t kMostAhead = std::uint64_t{64} << 20;

/// Whether the file may grow by `bytes` to `end` and leave the disk usable. A file beyond RLIMIT_FSIZE is a signal.
bool may_grow(int fd, std::uint64_t end, std::uint64_t bytes) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && end > limit.rlim_cur) return false;
  struct statvfs disk {};
  if (::fstatvfs(fd, &disk) != 0) return false;
  return std::uint64_t{disk.f_bavail} * disk.f_frsize > bytes + 2 * kMostAhead;
}

/// Where files cannot be locked, nobody can tell that it is watched.
void lock_for_watching(int fd) {
  struct flock lock = trace::watching_lock(F_RDLCK);
  ::fcntl(fd, F_OFD_SETLK, &lock);
}

}  // namespace

bool OutsideTrace::open_file() {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd_ < 0) return false;
  void* const page = ::mmap(nullptr, trace::kHeaderBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  if (page != MAP_FAILED) header_ = static_cast<trace::TraceHeader*>(page);
  struct stat status {};
  if (header_ == nullptr || ::fstat(fd_, &status) != 0 ||
      static_cast<std::size_t>(status.st_size) < trace::kHeaderBytes || header_->magic != trace::kFileMagic ||
      header_->version != trace::kVersion || header_->block_bytes != trace::kBlockBytes) {
    close();
    return false;
  }
  lock_for_watching(fd_);
  return true;
}

std::unique_ptr<OutsideTrace> OutsideTrace::open(const std::string& path, std::uint64_t most_bytes, Role role) {
  std::unique_ptr<OutsideTrace> trace(new OutsideTrace(path, most_bytes));
  if (!trace->open_file()) return nullptr;
  trace::TraceHeader* const header = trace->header_;
  if (std::atomic_ref(header->reserved_bytes).load() >= trace::kUnmappedDone) return nullptr;  // not shared with us
  if (role == Role::kWatcher) {
    std::atomic_ref(header->watcher_pid).store(static_cast<std::uint32_t>(::getpid()));
  }
  return trace;
}

OutsideTrace::~OutsideTrace() {
  close();
}

void OutsideTrace::close() {
  if (header_ != nullptr) {
    trace_id_ = header_->trace_id;
    ::munmap(header_, trace::kHeaderBytes);
    header_ = nullptr;
  }
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

bool OutsideTrace::reopen() {
  if (is_open()) return true;
  const std::array<std::uint8_t, 16> wanted = trace_id_;
  if (!open_file()) return false;
  if (header_->trace_id == wanted) return true;
  close();
  trace_id_ = wanted;
  return false;
}

std::uint32_t OutsideTrace::image() const {
  const std::uint32_t images = std::atomic_ref(header_->images).load();
  return images > 0 ? images - 1 : 0;
}

std::uint32_t OutsideTrace::claimed_blocks() const {
  return std::atomic_ref(header_->claimed_blocks).load();
}

bool OutsideTrace::claim(std::uint32_t& index) {
  std::atomic_ref claimed(header_->claimed_blocks);
  const std::uint64_t end = block_start(claimed.load() + 1);
  if ((most_bytes_ > 0 && end > most_bytes_) || !may_grow(fd_, end, trace::kBlockBytes)) return false;
  index = claimed.fetch_add(1);
  // all of the block, so that the file never ends inside it
  return ::fallocate(fd_, 0, static_cast<off_t>(block_start(index)), trace::kBlockBytes) == 0;
}

void OutsideTrace::reserve_ahead() {
  std::atomic_ref reserved(header_->reserved_bytes);
  const std::uint64_t used = block_start(std::atomic_ref(header_->claimed_blocks).load());
  const std::uint64_t ahead = std::clamp(used, kLeastAhead, kMostAhead);
  std::uint64_t begin = reserved.load();
  if (begin < trace::kHeaderBytes || begin > used + ahead / 2) return;
  std::uint64_t end = used + ahead;
  if (most_bytes_ > 0) end = std::min(end, most_bytes_);
  if (end <= begin || !may_grow(fd_, end, end - begin)) return;
  if (::fallocate(fd_, 0, static_cast<off_t>(begin), static_cast<off_t>(end - begin)) != 0) return;
  while (begin < end && !reserved.compare_exchange_weak(begin, end)) {
  }
}

void OutsideTrace::note_end(int wait_status) {
  const auto recorded = static_cast<trace::ExitKind>(std::atomic_ref(header_->exit_kind).load());
  const bool killed = WIFSIGNALED(wait_status);
  if (killed || recorded == trace::ExitKind::kUnknown) {
    std::atomic_ref(header_->exit_monotonic_ns).store(monotonic_ns());
    std::atomic_ref(header_->exit_code).store(killed ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status));
    std::atomic_ref(header_->exit_kind)
        .store(static_cast<std::uint32_t>(killed ? trace::ExitKind::kSignal : trace::ExitKind::kExit));
  }
}

void OutsideTrace::leave() {
  std::atomic_ref(header_->watcher_pid).store(0);
}

void OutsideTrace::finish(std::optional<int> wait_status) {
  if (wait_status) note_end(*wait_status);
  const std::uint32_t claimed = std::atomic_ref(header_->claimed_blocks).load();
  seal_open_blocks(fd_, claimed);
  trim(block_start(claimed));
  leave();
}

void OutsideTrace::trim(std::uint64_t used) {
  struct stat status {};
  if (::fstat(fd_, &status) != 0 || static_cast<std::uint64_t>(status.st_size) <= used) return;
  // where it fails, the file is larger than it need be, and just as good
  if (::ftruncate(fd_, static_cast<off_t>(used)) == 0) std::atomic_ref(header_->reserved_bytes).store(used);
}

}  // namespace memline::commands
