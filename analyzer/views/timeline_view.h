/// \file timeline_view(): memory over time as a chart.
#pragma once

#include <span>
#include <string>

#include "model/timeline/timeline.h"
#include "views/chart.h"
#include "views/table.h"

namespace memline::views {

/// All timelines in one chart, each from its own start. With one of them curves are told apart by what they show, with
/// several by whose they are. The peak of the leading curve is marked; of several timelines the highest one, and the
/// others with a dot. An empty title stands for the program's command.
Chart timeline_view(std::span<const model::Timeline> timelines, const std::string& title);

/// Every point of every curve as a row, for CSV.
Table timeline_data_view(std::span<const model::Timeline> timelines);

}  // namespace memline::views
