/// \file ReportModel: what happened while the lines of some functions ran: the flow columns. Plain data, filled by
/// build_report() (report_builder.h), shown by views/lines_view.h and, field by field, by the JSON contract.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/common_info.h"

namespace memline::model {

/// The columns that a line and a whole function have alike.
struct Flow {
  std::uint64_t seen = 0;
  std::int64_t increment = 0;
  std::uint64_t allocated = 0, freed = 0;
  std::uint64_t allocations = 0, frees = 0, reallocations = 0, mappings = 0, unmappings = 0;
};

struct LineReport {
  std::optional<std::string> file;        ///< only where it differs from the function's
  std::optional<std::uint32_t> line;      ///< null: the `(no line)` row
  std::optional<std::string> text;        ///< null: the source is not at hand
  std::optional<std::int64_t> mem_usage;  ///< null (as peak and rss) in a line without events
  std::optional<std::int64_t> rss;        ///< sampled; null where there is no sample
  std::optional<std::int64_t> peak;
  Flow flow;
  std::optional<std::uint64_t> occurrences;  ///< times executed, where that is known exactly
  std::optional<std::int64_t> resident;      ///< null: not measured
  std::map<std::string, std::int64_t> counters;

  bool has_events() const { return flow.seen > 0; }
};

/// Whether the source text of a file can be shown, and can be trusted.
enum class SourceState : std::uint8_t {
  kOk,
  kNewer,       ///< changed after the program was built: lines may have moved
  kMissing,     ///< neither at the recorded path nor in a --source folder
  kUnreadable,  ///< no regular file, too large, or not permitted
  kUnknown,     ///< the function has no file
};

struct FunctionReport {
  std::string name;
  std::string signature;
  std::optional<std::string> file;  ///< null: no debug information
  std::optional<std::uint32_t> first_line, last_line;
  std::optional<std::uint64_t> calls;  ///< null: not known exactly
  std::int64_t peak = 0;               ///< of its outermost activation
  Flow flow;
  std::vector<LineReport> lines;  ///< every line that has code, in order; then `(no line)`, if it has events

  SourceState source_state = SourceState::kUnknown;
  std::vector<std::string> source;  ///< the text of first_line..last_line, as far as the file goes; may be empty
  std::vector<std::string> notes;   ///< why it has no events, ...
};

struct ReportModel {
  CommonInfo common;
  bool show_rss = false;  ///< --metric rss: show `rss` in place of `mem_usage`
  std::vector<FunctionReport> functions;
  std::vector<std::string>
      not_found;  ///< one sentence for each --func and --file that matches nothing, where others do
};

}  // namespace memline::model
