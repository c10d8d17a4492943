/// \file find_moment(): what `--at` means in one image. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "replay/recording.h"

namespace memline::model {

struct HeapMoment {
  enum class Kind : std::uint8_t { kPeak, kEnd, kTicks } kind = Kind::kPeak;
  std::uint64_t ticks = 0;  ///< for kTicks
};

/// "peak", "end", a time after the start ("1.5", "1.5s", "20ms": as `plot --from` has it), "mark:NAME" (its first),
/// "mark:NAME#N" (from 1). `path` is that of the trace, for errors that are about it.
Result<HeapMoment> find_moment(const replay::Image& image, std::string_view at, const std::string& path = {});

}  // namespace memline::model
