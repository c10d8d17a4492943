/// \file Probe: what a hook does, for tests: walks from its caller, with libunwind's answer beside it.
///
/// One Probe a thread. event() is called where a program would call malloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "unwinder/unwinder.h"

namespace memline::capture::test {

/// The bounds of the calling thread's stack.
StackBounds own_stack_bounds();

class Probe {
 public:
  explicit Probe(std::uint32_t max_frames = 512, bool knows_stack = true);
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  /// Walks from its caller and compares with libunwind, pc by pc.
  void event();
  /// Walks from its caller only.
  Unwinder::Walk walk();

  Unwinder& unwinder() { return *unwinder_; }
  /// As after a dlclose.
  void invalidate();
  /// The pcs of the last walk, innermost first.
  std::vector<std::uint64_t> pcs() const;

  void set_bounds(StackBounds bounds) { bounds_ = bounds; }

  std::uint64_t events = 0;
  std::uint64_t differences = 0;
  std::uint64_t frames = 0;  ///< over all events
  std::uint64_t fresh = 0;
  std::uint64_t known = 0;      ///< events whose stack was known again
  std::uint64_t bad_nodes = 0;  ///< a kept node did not belong to its frame, or a fresh one was not 0
  Unwinder::Walk last{};
  std::string first_difference;

 private:
  friend struct ProbeAccess;
  void compare(const StartRegisters& start);
  void check_nodes();

  StackBounds bounds_;
  std::size_t bytes_;
  Unwinder* unwinder_;                    ///< walks at every event
  Unwinder* sparing_;                     ///< only where a stack is not known: as a hook does
  std::vector<std::uint64_t> node_hash_;  ///< by node: the hash that it was given for
};

/// The probe that Probe-less code (guests) calls.
inline thread_local Probe* current_probe = nullptr;

/// "0x1234 name+offset (module)" for messages.
std::string describe(std::uint64_t pc);

}  // namespace memline::capture::test

/// For guests: current_probe->event() with the guest as the caller.
extern "C" void probe_event();
