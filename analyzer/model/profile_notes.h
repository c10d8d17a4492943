/// \file What a recording says of its program, and what its reader should know besides: CommonInfo's parts. Pure, but
/// for a look at the folder that the trace lies in.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/common_info.h"
#include "model/profile.h"
#include "replay/recording.h"
#include "symbols/split_fault.h"

namespace memline::model {

ProgramInfo program_info(const replay::Recording& recording, std::size_t image);

/// One sentence each: other images, other processes, a recording that goes on, sampling, filters in force.
std::vector<std::string> profile_notes(const replay::Recording& recording, std::size_t image,
                                       const ProfileOptions& options);

/// What is missing from split debug information, and what the report lacks for it.
std::vector<std::string> split_notes(const std::vector<symbols::SplitFault>& faults);

/// An error of nothing found becomes one of an unreadable trace where what was asked for may be among what is lost.
Error mind_damage(Error error, const replay::Losses& losses);

/// Why an image has no event, as far as the trace can tell.
std::string why_nothing_was_recorded(const replay::Recording& recording, std::size_t image);

}  // namespace memline::model
