/// \file ResidentCurve: how much of the live bytes was in RAM, at each moment somebody looked.
///
/// Observes one replay of the whole image. A look costs a walk over all live blocks: where there are many of both, looks
/// are left out, evenly over the recording; never the one that found most.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/timeline/timeline.h"
#include "replay/change.h"
#include "replay/recording.h"

namespace memline::model {

class ResidentCurve : public replay::Observer {
 public:
  /// Looks from `begin` to `end` ticks.
  ResidentCurve(const replay::Image& image, std::uint64_t begin, std::uint64_t end);

  bool wants_look(std::uint64_t ticks) override;
  void on_look(const replay::ResidentLook& look, const replay::LiveMemory& memory) override;

  /// In order of time.
  const std::vector<TimePoint>& points() const { return points_; }
  std::size_t left_out() const { return left_out_; }

 private:
  const replay::Image& image_;
  std::vector<std::uint64_t> looks_;  ///< the times of all looks in the window
  std::uint64_t highest_look_ = 0;
  std::size_t next_ = 0;
  std::uint64_t visited_ = 0;
  std::size_t left_out_ = 0;
  std::vector<TimePoint> points_;
};

}  // namespace memline::model
