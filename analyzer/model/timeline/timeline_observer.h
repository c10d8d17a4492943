/// \file TimelineObserver: everything that a timeline needs to know of the events, in one replay.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "model/timeline/call_tracker.h"
#include "model/timeline/curve_reducer.h"
#include "model/timeline/line_fit.h"
#include "model/timeline/resident_curve.h"
#include "model/timeline/timeline_window.h"
#include "replay/change.h"
#include "replay/recording.h"

namespace memline::model {

/// What the live bytes were at given times.
class ValueProbe {
 public:
  explicit ValueProbe(std::vector<std::uint64_t> ticks) : ticks_(std::move(ticks)) {
    std::sort(ticks_.begin(), ticks_.end());
    values_.resize(ticks_.size());
  }
  /// The value is `before` until just before `ticks`.
  void pass(std::uint64_t ticks, std::int64_t before) {
    while (next_ < ticks_.size() && ticks_[next_] < ticks) values_[next_++] = before;
  }
  double value_at(std::uint64_t ticks) const {
    const auto found = std::lower_bound(ticks_.begin(), ticks_.end(), ticks);
    return static_cast<double>(values_[static_cast<std::size_t>(found - ticks_.begin())]);
  }

 private:
  std::vector<std::uint64_t> ticks_;
  std::vector<std::int64_t> values_;
  std::size_t next_ = 0;
};

/// `probe` and `calls` must outlive it; `calls` may be null.
class TimelineObserver : public replay::Observer {
 public:
  TimelineObserver(const replay::Image& image, const TickWindow& window, std::size_t buckets, bool fit, bool resident,
                   ValueProbe& probe, CallTracker* calls)
      : image_(image),
        window_(window),
        fits_(fit),
        heap_(window.begin, window.end, buckets),
        probe_(probe),
        calls_(calls),
        resident_(image, window.begin, resident ? window.end : 0) {
    if (fits_) step_fit_.add(seconds(window.begin), 0);
  }

  void on_inherited(const replay::OwnerShare& share) override {
    set(window_.begin > 0 ? window_.begin - 1 : 0, live_ + static_cast<std::int64_t>(share.bytes));
  }
  void on_change(const replay::Change& change) override {
    set(change.ticks, change.live_bytes);
    if (calls_ != nullptr) calls_->on_change(change);
  }
  void on_vanished(const replay::OwnerShare& /*share*/, std::int64_t live_bytes) override {
    set(last_ticks_, live_bytes);
  }
  bool wants_look(std::uint64_t ticks) override { return resident_.wants_look(ticks); }
  void on_look(const replay::ResidentLook& look, const replay::LiveMemory& memory) override {
    resident_.on_look(look, memory);
  }

  void finish() {
    probe_.pass(~std::uint64_t{0}, live_);
    if (fits_) fit_ = step_fit_.finish(seconds(window_.end));
  }
  CurveReducer& heap() { return heap_; }
  const std::optional<LineFit>& fit() const { return fit_; }
  const ResidentCurve& resident() const { return resident_; }

 private:
  double seconds(std::uint64_t ticks) const { return image_.seconds_since_start(ticks); }

  void set(std::uint64_t ticks, std::int64_t live_bytes) {
    probe_.pass(ticks, live_);
    last_ticks_ = ticks;
    live_ = live_bytes;
    heap_.add(ticks, live_bytes);
    if (fits_ && ticks <= window_.end) {
      step_fit_.add(seconds(std::max(ticks, window_.begin)), static_cast<double>(live_bytes));
    }
  }

  const replay::Image& image_;
  const TickWindow window_;
  const bool fits_;
  CurveReducer heap_;
  ValueProbe& probe_;
  CallTracker* calls_;
  ResidentCurve resident_;
  StepFit step_fit_;
  std::optional<LineFit> fit_;
  std::int64_t live_ = 0;
  std::uint64_t last_ticks_ = 0;
};

}  // namespace memline::model
