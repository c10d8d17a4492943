/// \file FramesAhead: resolves frames in a thread of its own, while the events are replayed: those that will be asked for
/// afterwards, as far as that can be told without the events.
///
/// Until finish(), nobody else may use the profile's frames() or symbolizer(). Where no
/// thread is wanted or to be had, finish() does the work: functions get the same numbers.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <thread>

#include "model/profile.h"

namespace memline::model {

class FramesAhead {
 public:
  enum class Wanted : std::uint8_t {
    kProgram,    ///< all of the main executable
    kUserLines,  ///< what it takes to charge the stacks that lead nowhere else
  };
  /// The profile must outlive it.
  FramesAhead(Profile& profile, Wanted wanted);
  /// Stops early.
  ~FramesAhead();
  FramesAhead(const FramesAhead&) = delete;
  FramesAhead& operator=(const FramesAhead&) = delete;

  /// Returns when all is done; what went wrong is thrown.
  void finish();

 private:
  void work() { wanted_ == Wanted::kProgram ? resolve_program() : resolve_user_lines(); }
  void resolve_program();
  void resolve_user_lines();

  const Wanted wanted_;
  FrameSource& frames_;
  const OwnRules& rules_;
  std::atomic<bool> stop_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace memline::model
