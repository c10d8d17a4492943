/// \file build_top(): what each site owns.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "model/profile.h"
#include "model/top_model.h"

namespace memline::model {

enum class TopOrder : std::uint8_t { kAtPeak, kAllocated, kAllocations, kAtEnd, kTemporary, kCounter };
/// From the JSON field's name: "at_peak", "allocated", "allocations", "at_end", "temporary"; "counter" is the first one.
std::optional<TopOrder> parse_top_order(std::string_view text);

struct TopRequest {
  bool inclusive = false;
  TopOrder order = TopOrder::kAtPeak;
};

Result<TopModel> build_top(Profile& profile, const TopRequest& request);

}  // namespace memline::model
