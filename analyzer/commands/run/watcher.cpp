#include "commands/run/watcher.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace memline::commands {
namespace {

/// After that many steps without a trace (a static program, say) it is looked for ten times a second only.
constexpr unsigned kEagerSteps = 100;

/// The second number of /proc/PID/statm: resident pages. 0 if there is no such process any more.
std::uint64_t read_rss_pages(int statm_fd) {
  std::array<char, 256> text{};
  if (::pread(statm_fd, text.data(), text.size() - 1, 0) <= 0) return 0;
  char* rest = text.data();
  std::strtoull(rest, &rest, 10);
  return std::strtoull(rest, nullptr, 10);
}

}  // namespace

Watcher::Watcher(const ProcessName& process, const TraceLocator& locator, std::uint64_t most_bytes)
    : process_(process),
      locator_(locator),
      most_bytes_(most_bytes),
      statm_fd_(::open(("/proc/" + std::to_string(process.pid) + "/statm").c_str(), O_RDONLY | O_CLOEXEC)) {}

Watcher::~Watcher() {
  if (statm_fd_ >= 0) ::close(statm_fd_);
}

void Watcher::open_trace() {
  if (path_.empty()) path_ = locator_.find(process_);
  if (!path_.empty()) trace_ = OutsideTrace::open(path_, most_bytes_);
}

std::chrono::milliseconds Watcher::interval() const {
  constexpr std::chrono::milliseconds kSampling{10}, kYoung{1};
  return trace_ || steps_ >= kEagerSteps ? kSampling : kYoung;
}

void Watcher::step() {
  ++steps_;
  if (!trace_ && (steps_ < kEagerSteps || steps_ % 10 == 0)) open_trace();
  if (!trace_) return;
  trace_->reserve_ahead();
  if (!ticks_) {
    const auto beginning = read_first_beginning(trace_->fd());
    if (beginning) ticks_.emplace(*trace_, beginning->clock);
  }
  const std::uint64_t rss_pages = ticks_ ? read_rss_pages(statm_fd_) : 0;
  if (rss_pages > 0) ticks_->sample(rss_pages);
}

std::uint64_t Watcher::last_beginning_ns() const {
  if (!trace_) return 0;
  ImageBeginnings beginnings;
  const std::vector<ImageBeginning>& found = beginnings.update(*trace_);
  return found.empty() ? 0 : found.back().monotonic_ns;
}

void Watcher::give_up() {
  if (trace_) trace_->leave();
  trace_.reset();
}

std::string Watcher::finish(std::optional<int> wait_status) {
  if (!trace_) open_trace();
  if (ticks_) ticks_->finish();
  if (trace_) trace_->finish(wait_status);
  return path_;
}

}  // namespace memline::commands
