#include "commands/run/await_end.h"

#include <sys/wait.h>

#include <algorithm>
#include <exception>
#include <ostream>

namespace memline::commands {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

/// Without anything to look after; the end of the program is noticed at once in any case.
constexpr std::chrono::nanoseconds kIdle = std::chrono::seconds(10);

/// exec touches some pages of ours before it gives them up, and the kernel counts pages in portions for each processor, 32
/// and more (lib/percpu_counter.c): a peak so little above what we had is not the program's.
constexpr std::uint64_t kExecsOwnKib = 1024;

double seconds(const timeval& time) {
  constexpr double kMicro = 1e-6;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * kMicro;
}

model::ProgramEnd describe_end(const ChildProcess& child, int wait_status, bool timed_out) {
  using Kind = model::ProgramEnd::Kind;
  model::ProgramEnd end;
  if (timed_out) {
    end.kind = Kind::kTimeout;
  } else if (WIFSIGNALED(wait_status)) {
    end.kind = Kind::kSignal;
    end.code = WTERMSIG(wait_status);
  } else {
    end.code = WEXITSTATUS(wait_status);
  }
  const rusage& usage = child.usage();
  end.user_seconds = seconds(usage.ru_utime);
  end.system_seconds = seconds(usage.ru_stime);
  const auto peak_kib = static_cast<std::uint64_t>(usage.ru_maxrss);
  if (peak_kib > child.rss_before_exec_kib() + kExecsOwnKib) end.peak_rss_bytes = peak_kib << 10;
  return end;
}

}  // namespace

AwaitedEnd await_end(ChildProcess& child, Clock::time_point start, const TimeLimit& limit,
                     const std::function<std::chrono::nanoseconds()>& look_after) {
  bool looks_after = look_after != nullptr;
  const auto look = [&]() -> std::chrono::nanoseconds {
    if (!looks_after) return kIdle;
    try {
      return look_after();
    } catch (const std::exception&) {
      looks_after = false;
      return kIdle;
    }
  };
  std::chrono::nanoseconds patience = look();
  bool timed_out = false;
  for (;;) {
    const Seconds spent = Clock::now() - start;
    if (limit && !timed_out && spent >= *limit) {
      timed_out = true;
      child.kill_group();
    }
    if (limit && !timed_out) {
      patience = std::min(patience, std::chrono::ceil<std::chrono::nanoseconds>(*limit - spent));
    }
    if (const std::optional<int> status = child.wait(patience)) {
      AwaitedEnd result{*status, describe_end(child, *status, timed_out)};
      result.end.wall_seconds = Seconds(Clock::now() - start).count();
      return result;
    }
    patience = look();
  }
}

}  // namespace memline::commands
