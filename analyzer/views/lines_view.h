/// \file lines_view(): one function's flow columns as a table, every line of its source shown.
#pragma once

#include "model/report_model.h"
#include "views/table.h"

namespace memline::views {

/// `function` is one of report.functions. CSV may want the lines with code only, and every column of the contract:
/// that is lines_data_view().
Table lines_view(const model::ReportModel& report, const model::FunctionReport& function);

/// All functions in one table without headings, one row a line that has code, with the fields of the JSON contract as
/// columns; for CSV.
Table lines_data_view(const model::ReportModel& report);

}  // namespace memline::views
