#include "model/timeline/resident_curve.h"

#include <algorithm>

#include "replay/live_memory.h"
#include "replay/resident_look.h"

namespace memline::model {
namespace {

/// Blocks visited in all: about a second's work.
constexpr std::uint64_t kMostVisits = 20'000'000;

}  // namespace

ResidentCurve::ResidentCurve(const replay::Image& image, std::uint64_t begin, std::uint64_t end) : image_(image) {
  std::uint64_t most = 0;
  for (const replay::LookInfo& look : image.looks) {
    if (look.ticks < begin || look.ticks > end) continue;
    looks_.push_back(look.ticks);
    if (look.resident_bytes < most) continue;
    most = look.resident_bytes;
    highest_look_ = look.ticks;
  }
}

bool ResidentCurve::wants_look(std::uint64_t ticks) {
  while (next_ < looks_.size() && looks_[next_] < ticks) ++next_;
  if (next_ >= looks_.size() || looks_[next_] != ticks) return false;
  const std::uint64_t due = kMostVisits / looks_.size() * (next_ + 1);
  if (visited_ <= due || ticks == highest_look_) return true;
  ++left_out_;
  return false;
}

void ResidentCurve::on_look(const replay::ResidentLook& look, const replay::LiveMemory& memory) {
  std::uint64_t bytes = 0;
  memory.for_each_live([&](const replay::LiveBlock& block) {
    ++visited_;
    bytes += look.resident_in(block.address, block.address + std::min(block.bytes, ~block.address));
  });
  points_.push_back({image_.seconds_since_start(look.ticks), static_cast<double>(bytes)});
}

}  // namespace memline::model
