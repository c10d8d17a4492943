#include "commands/sidecar/observed_process.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <thread>

namespace memline::commands {
namespace {

/// struct pidfd_info of linux/pidfd.h as of Linux 6.15, which the headers of older systems lack.
struct PidfdInfo {
  std::uint64_t mask;
  std::uint64_t cgroup;
  std::uint32_t pid, tgid, ppid;
  std::uint32_t user_and_group_ids[8];
  std::int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr std::uint64_t kInfoExit = 1U << 3;  // PIDFD_INFO_EXIT
constexpr unsigned long kGetInfo = _IOWR(0xFF, 11, PidfdInfo);

}  // namespace

ObservedProcess::ObservedProcess(const ProcessName& name)
    : pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, name.pid, 0))) {
  if (pidfd_ < 0 || name_process(name.pid).start == name.start) return;
  ::close(pidfd_);
  pidfd_ = -1;
}

ObservedProcess::~ObservedProcess() {
  if (pidfd_ >= 0) ::close(pidfd_);
}

bool ObservedProcess::wait(std::chrono::milliseconds timeout) const {
  pollfd polled{pidfd_, POLLIN, 0};
  return ::poll(&polled, 1, static_cast<int>(timeout.count())) > 0;
}

std::optional<int> ObservedProcess::wait_status() const {
  constexpr int kMostTries = 50;
  constexpr std::chrono::milliseconds kPause{2};
  // it is told once the parent has taken note
  for (int i = 0; i < kMostTries; ++i) {
    PidfdInfo info{};
    info.mask = kInfoExit;
    if (::ioctl(pidfd_, kGetInfo, &info) != 0) break;
    if ((info.mask & kInfoExit) != 0) return info.exit_code;
    std::this_thread::sleep_for(kPause);
  }
  return std::nullopt;
}

}  // namespace memline::commands
