/// \file The models as JSON, version 1 of the contract: fields may be added, never renamed.
///
/// Sizes are whole bytes, times are seconds, what is unknown or does not apply is null. The text is pure ASCII: other
/// characters are \u escapes, so that no name in a trace can reach a terminal raw; bytes that are no UTF-8 become
/// U+FFFD. Pure functions; each result ends in a newline.
#pragma once

#include <span>
#include <string>

#include "model/asked_blocks.h"
#include "model/block_report.h"
#include "model/heap_diff.h"
#include "model/heap_model.h"
#include "model/ledger_model.h"
#include "model/region_model.h"
#include "model/repeated_runs.h"
#include "model/report_model.h"
#include "model/summary_model.h"
#include "model/sweep/sweep_model.h"
#include "model/timed_runs.h"
#include "model/timeline/timeline.h"
#include "model/top_model.h"
#include "model/touched_model.h"

namespace memline::exporting {

std::string report_json(const model::ReportModel& report);
std::string touched_json(const model::TouchedModel& touched);
/// At most `most_sites` sites; 0: all.
std::string top_json(const model::TopModel& top, std::size_t most_sites);
/// At most `most_rows` rows; 0: all. The totals are always those of the whole heap.
std::string heap_json(const model::HeapModel& heap, std::size_t most_rows);
std::string heap_diff_json(const model::HeapDiff& diff, std::size_t most_rows);
std::string address_json(const model::AddressReport& report);
std::string asked_json(const model::AskedBlocks& asked);
std::string regions_json(const model::RegionModel& regions);
std::string memit_json(const model::RepeatedRuns& runs);
std::string time_json(const model::RepeatedRuns& runs);
std::string timeit_json(const model::TimedRuns& timed);
/// `ledgers` may be null: then there is no field of that name.
std::string summary_json(const model::SummaryModel& summary, const model::LedgerModel* ledgers = nullptr);

std::string sweep_json(const model::SweepModel& sweep);
/// Points are pairs of seconds and bytes.
std::string timelines_json(std::span<const model::Timeline> timelines);

}  // namespace memline::exporting
