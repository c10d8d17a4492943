/// \file What a sweep shows: tables and charts of memory and time against the size of the input.
#pragma once

#include <cstddef>
#include <string>

#include "model/sweep/sweep_model.h"
#include "views/chart.h"
#include "views/table.h"

namespace memline::views {

/// A row for each subject, a column for each n; at most `most_lines` rows of lines, 0: all.
Table sweep_view(const model::SweepModel& sweep, std::size_t most_lines);
/// A row for each subject and n, for CSV.
Table sweep_data_view(const model::SweepModel& sweep);

enum class SweepChart : std::uint8_t { kMemory, kTime };
/// Measured points, and the law of each as a dashed line. An axis whose values span more than a decade is logarithmic.
/// An empty title stands for the command.
Chart sweep_chart(const model::SweepModel& sweep, SweepChart what, const std::string& title);

}  // namespace memline::views
