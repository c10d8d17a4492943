/// \file FramesAhead: resolves the frames of the main executable in a thread of its own, while the events are replayed.
///
/// Nearly every report needs these. Until finish(), nobody else may use the profile's frames() or symbolizer(). Where no
/// thread is wanted or to be had, finish() does the work: functions get the same numbers.
#pragma once

#include <atomic>
#include <exception>
#include <thread>

#include "model/profile.h"

namespace memline::model {

class FramesAhead {
 public:
  /// The profile must outlive it.
  explicit FramesAhead(Profile& profile);
  /// Stops early.
  ~FramesAhead();
  FramesAhead(const FramesAhead&) = delete;
  FramesAhead& operator=(const FramesAhead&) = delete;

  /// Returns when all is done; what went wrong is thrown.
  void finish();

 private:
  void work();

  FrameSource& frames_;
  std::atomic<bool> stop_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace memline::model
