/// \file Timeline: memory over time, of one recording: curves, and what the program was doing meanwhile. Plain data,
/// filled by build_timeline() from a trace and by sample_timeline() from a file of samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/common_info.h"

namespace memline::model {

struct TimePoint {
  double seconds = 0;  ///< since the start of the program
  double bytes = 0;
};

/// bytes = at_start + per_second * seconds
struct LineFit {
  double at_start = 0, per_second = 0;
};

enum class CurveKind : std::uint8_t {
  kHeap,      ///< live bytes, exact
  kRss,       ///< the resident set, sampled
  kResident,  ///< how much of the live bytes is in RAM, as somebody looked
  kSamples,   ///< what a file of samples holds
  kChild,     ///< samples of a child process
};

struct Curve {
  CurveKind kind = CurveKind::kHeap;
  std::string name;
  bool steps = false;             ///< a point holds until the next one; else samples, joined by straight lines
  std::vector<TimePoint> points;  ///< in order of time
  std::optional<TimePoint> peak;  ///< exact where the curve is, else the highest sample; none: there is no point
  std::optional<LineFit> fit;     ///< where one was asked for
};

/// A stretch of the program's work that has a name: a span, or calls of a function.
struct Stretch {
  std::string name;
  TimePoint begin, end;  ///< with the value of the first curve
  bool is_call = false;
  bool ended = true;  ///< false: `end` is where the recording ends
};

struct Timeline {
  std::string label;                 ///< the file's name, for legends
  std::string program;               ///< "" where it is not known
  std::optional<CommonInfo> common;  ///< of traces
  double from = 0, to = 0;           ///< the window, in seconds since the start
  std::vector<Curve> curves;         ///< the leading one first
  std::vector<Stretch> stretches;    ///< in order of their beginning
  std::vector<std::string> notes;    ///< one sentence each
};

}  // namespace memline::model
