/// \file build_heap(): the live memory at one moment, partitioned.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/heap_model.h"
#include "model/profile.h"

namespace memline::model {

enum class HeapKind : std::uint8_t { kLine, kFunction, kFile, kType, kModule, kSize, kThread };
/// From "line", "func", "file", "type", "module", "size", "thread".
std::optional<HeapKind> parse_heap_kind(std::string_view text);
std::string_view to_string(HeapKind kind);

struct HeapRequest {
  std::string at = "peak";  ///< peak, end, seconds after the start, or mark:NAME or mark:NAME#N (N from 1)
  HeapKind by = HeapKind::kLine;
  std::optional<std::string> since{};  ///< a moment likewise, but not peak: only what was acquired after it
};

/// Error kUsage: `at` cannot be understood; kNothing: no such mark (the message lists the marks there are).
Result<HeapModel> build_heap(Profile& profile, const HeapRequest& request);

}  // namespace memline::model
