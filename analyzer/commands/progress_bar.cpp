#include "commands/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <utility>

namespace memline::commands {
namespace {

constexpr std::chrono::seconds kPatience{1};
constexpr std::chrono::milliseconds kBetween{100};
constexpr std::uint64_t kCells = 30;
constexpr const char* kEraseLine = "\r\x1b[K";

}  // namespace

ProgressBar::ProgressBar(std::ostream& err, bool is_terminal, Clock clock)
    : err_(err), is_terminal_(is_terminal), clock_(std::move(clock)), next_(clock_() + kPatience) {}

void ProgressBar::begin(std::string_view what, std::uint64_t total) {
  what_ = what;
  total_ = total;
}

void ProgressBar::advance(std::uint64_t done) {
  if (!is_terminal_ || total_ == 0) return;
  const auto now = clock_();
  if (now < next_) return;
  next_ = now + kBetween;
  done = std::min(done, total_);
  const double share = static_cast<double>(done) / static_cast<double>(total_);
  const auto full = static_cast<std::size_t>(share * static_cast<double>(kCells));
  err_ << kEraseLine
       << fmt::format("memline: {} [{:<{}}] {:3.0f} %", what_, std::string(full, '#'), kCells, share * 100.0)
       << std::flush;
  drawn_ = true;
}

void ProgressBar::end() {
  if (drawn_) err_ << kEraseLine << std::flush;
  drawn_ = false;
}

}  // namespace memline::commands
