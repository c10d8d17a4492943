/// \file PeakLook: the last look at what was in RAM while the peak still stood: what a program holds at its peak is often
/// written to only after the last of it was acquired.
///
/// Observes one replay of the whole image; costs a comparison an event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "replay/change.h"
#include "replay/recording.h"

namespace memline::model {

class PeakLook : public replay::Observer {
 public:
  explicit PeakLook(const replay::Image& image) : image_(image) {}

  void on_inherited(const replay::OwnerShare& share) override { peak_bytes_ += static_cast<std::int64_t>(share.bytes); }
  void on_change(const replay::Change& change) override;

  /// After the replay: the time of the last look since the peak before which less than a 64th of it was released again.
  std::optional<std::uint64_t> ticks();

 private:
  void pass_looks(std::uint64_t until_ticks);

  const replay::Image& image_;
  std::size_t next_look_ = 0;  ///< in image_.looks
  std::int64_t peak_bytes_ = 0;
  std::uint64_t released_bytes_ = 0;  ///< since the peak
  std::optional<std::uint64_t> ticks_;
};

}  // namespace memline::model
