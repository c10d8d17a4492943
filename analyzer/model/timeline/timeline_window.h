/// \file find_window(): the stretch of time that a timeline shows.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "model/profile.h"

namespace memline::model {

struct TickWindow {
  std::uint64_t begin = 0, end = 0;
};

/// In seconds since the start; null: from the start, to the last thing recorded. Error kNothing: there is no time in it.
Result<TickWindow> find_window(const Profile& profile, std::optional<double> from, std::optional<double> to);

}  // namespace memline::model
