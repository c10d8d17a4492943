/// \file ReportModel: what happened while the lines of some functions ran: the flow columns. Plain data, filled by
/// build_report() (report_builder.h), shown by views/lines_view.h and, field by field, by the JSON contract.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/common_info.h"
#include "model/counter_model.h"

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
  CounterSums counters;                      ///< one for each of ReportModel::counters, or empty: no samples

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
  CounterSums counters;                  ///< as of a line
  std::optional<std::int64_t> resident;  ///< as of a line
  std::vector<LineReport> lines;         ///< every line that has code, in order; then `(no line)`, if it has events

  SourceState source_state = SourceState::kUnknown;
  std::vector<std::string> source;  ///< the text of first_line..last_line, as far as the file goes; may be empty
  std::vector<std::string> notes;   ///< why it has no events, ...
};

/// What became of the pages that became resident, and what no line is charged with.
struct ResidentTotals {
  bool measured = false;            ///< page faults were recorded
  std::string reason;               ///< why they were not, where that is known
  std::int64_t lines = 0;           ///< charged to stacks: what they made resident minus what they gave back
  std::int64_t inherited = 0;       ///< of a forked child: shared with its parent, as nobody has written to it since
  std::int64_t kernel = 0;          ///< found in RAM without a fault: filled by the kernel (read, mlock, exec), or lost
  std::int64_t unknown = 0;         ///< negative: found gone, and nobody is known to have given it back
  std::int64_t profiler = 0;        ///< memline's own
  std::optional<std::int64_t> rss;  ///< the kernel's figure at the last look
  bool is_filtered = false;         ///< `lines` is of some threads or spans only, the others are the whole program's
};

struct ReportModel {
  CommonInfo common;
  std::vector<CounterColumn> counters;
  ResidentTotals resident;
  bool show_rss = false;  ///< --metric rss: show `rss` in place of `mem_usage`
  std::vector<FunctionReport> functions;
  std::vector<std::string>
      not_found;  ///< one sentence for each --func and --file that matches nothing, where others do
};

}  // namespace memline::model
