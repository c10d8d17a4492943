#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/parse_number.h"
#include "commands/args.h"
#include "commands/command.h"
#include "commands/load.h"
#include "commands/output.h"
#include "export/json.h"
#include "model/asked_blocks.h"
#include "model/block_report.h"
#include "model/heap_builder.h"
#include "model/heap_diff.h"
#include "render/csv.h"
#include "views/block_view.h"
#include "views/heap_diff_view.h"
#include "views/heap_view.h"

namespace memline::commands {
namespace {

constexpr char kHeapAbout[] =
    "Show what was live at one moment, and whose it was. TRACE is trace.bin unless it\n"
    "is given.";

constexpr char kHeapColumns[] =
    "Columns:\n"
    "  Index         rank by size\n"
    "  Count  %      blocks of this kind; a mapped range counts as one\n"
    "  Size  %       their bytes\n"
    "  Resident      what of them was in RAM at the nearest look while they lived\n"
    "  Cumulative %  bytes of this row and of those above it\n"
    "  Kind          what --by asks for\n"
    "\n"
    "Lines, functions, files and modules are those of the allocation's site: going\n"
    "outwards from it, the first frame that is your own code. --by size puts blocks\n"
    "of the same requested size together. --by type finds the C++ type of each object\n"
    "in debug information, a container's node as what it holds (--verbose says how);\n"
    "what it cannot tell stands by site, or by library without debug information.\n"
    "\n"
    "Moments: peak (when the process held the most), end, a time after the start (in\n"
    "seconds unless us, ms, min or h follow), mark:NAME for a mark that the program\n"
    "set, mark:NAME#N for the N-th mark of that name.\n"
    "\n"
    "Exit codes: 0 done, 1 nothing found, 2 wrong usage, 3 the trace is unreadable or\n"
    "damaged (what can be read is shown).";

constexpr std::size_t kHeapUsualRows = 10;

struct HeapArguments {
  ProfileArguments profile;
  OutputArguments output;
  model::HeapRequest request;
  std::optional<std::size_t> most;
  std::vector<std::string> diff;  ///< two traces, or nothing
  std::string address;            ///< "": all of the heap
  bool at_given = false, asked = false;
};

std::optional<std::uint64_t> address_of(const std::string& text) {
  std::string_view digits = text;
  const bool is_hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
  if (is_hexadecimal) digits.remove_prefix(2);
  return parse_number<std::uint64_t>(digits, is_hexadecimal ? 16 : 10);
}

std::string check_address(const std::string& text) {
  return address_of(text) ? "" : "not an address: " + text;
}

template <class Row>
void cut(std::vector<Row>& rows, std::size_t most) {
  if (most > 0 && rows.size() > most) rows.resize(most);
}

int show_heap(HeapArguments& arguments, const Streams& streams) {
  const auto profile = open_profile(arguments.profile, streams);
  if (!profile) return fail(streams, profile.error());
  auto heap = model::build_heap(**profile, arguments.request);
  if (!heap) return fail(streams, heap.error());
  switch (arguments.output.chosen_format()) {
    case Format::kJson:
      streams.out << exporting::heap_json(*heap, arguments.most.value_or(0));
      break;
    case Format::kCsv:
      cut(heap->rows, arguments.most.value_or(0));
      streams.out << render::render_csv(views::heap_data_view(*heap));
      break;
    case Format::kText:
      write_text(streams, {views::heap_view(*heap, arguments.most.value_or(kHeapUsualRows), arguments.profile.verbose)},
                 arguments.output);
      break;
  }
  return finish(streams, arguments.profile.trace, heap->common);
}

/// The heap of one of the two traces.
Result<model::HeapModel> open_heap(HeapArguments& arguments, const std::string& trace, const Streams& streams) {
  arguments.profile.trace = trace;
  arguments.profile.trace_given = true;
  const auto profile = open_profile(arguments.profile, streams);
  if (!profile) return profile.error();
  return model::build_heap(**profile, arguments.request);
}

int show_difference(HeapArguments& arguments, const Streams& streams) {
  auto a = open_heap(arguments, arguments.diff[0], streams);
  if (!a) return fail(streams, a.error());
  auto b = open_heap(arguments, arguments.diff[1], streams);
  if (!b) return fail(streams, b.error());
  model::HeapDiff diff = model::diff_heaps(*std::move(a), *std::move(b));
  switch (arguments.output.chosen_format()) {
    case Format::kJson:
      streams.out << exporting::heap_diff_json(diff, arguments.most.value_or(0));
      break;
    case Format::kCsv:
      cut(diff.rows, arguments.most.value_or(0));
      streams.out << render::render_csv(views::heap_diff_data_view(diff));
      break;
    case Format::kText:
      write_text(streams, {views::heap_diff_view(diff, arguments.most.value_or(kHeapUsualRows))}, arguments.output);
      break;
  }
  return std::max(finish(streams, arguments.diff[0], diff.a.common), finish(streams, arguments.diff[1], diff.b.common));
}

int show_address(HeapArguments& arguments, const Streams& streams) {
  const auto profile = open_profile(arguments.profile, streams);
  if (!profile) return fail(streams, profile.error());
  const auto report =
      model::build_address_report(**profile, address_of(arguments.address).value_or(0),
                                  arguments.at_given ? arguments.request.at : "end", arguments.most.value_or(1));
  if (!report) return fail(streams, report.error());
  switch (arguments.output.chosen_format()) {
    case Format::kJson:
      streams.out << exporting::address_json(*report);
      break;
    case Format::kCsv:
      streams.out << render::render_csv(views::block_data_view(*report));
      break;
    case Format::kText:
      write_text(streams, views::block_views(*report), arguments.output);
      break;
  }
  return finish(streams, arguments.profile.trace, report->common);
}

int show_asked(HeapArguments& arguments, const Streams& streams) {
  const auto profile = open_profile(arguments.profile, streams);
  if (!profile) return fail(streams, profile.error());
  const bool is_text = arguments.output.chosen_format() == Format::kText;
  const std::size_t most = arguments.most.value_or(is_text ? kHeapUsualRows : 0);
  const auto asked = model::build_asked_blocks(**profile, {.most = most == 0 ? model::kMostAsked : most});
  if (!asked) return fail(streams, asked.error());
  switch (arguments.output.chosen_format()) {
    case Format::kJson:
      streams.out << exporting::asked_json(*asked);
      break;
    case Format::kCsv:
      streams.out << render::render_csv(views::asked_data_view(*asked));
      break;
    case Format::kText:
      write_text(streams, views::asked_views(*asked), arguments.output);
      break;
  }
  return finish(streams, arguments.profile.trace, asked->common);
}

}  // namespace

int heap_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kHeapAbout, "heap");
  HeapArguments parsed;
  std::string by = "line";
  CLI::Option* const at =
      app.add_option("--at", parsed.request.at, "The moment: peak, end, a time or a mark, see below")
          ->type_name("WHEN")
          ->capture_default_str();
  app.add_option("--by", by, "What rows stand for")
      ->check(CLI::IsMember({"line", "func", "file", "type", "module", "size", "thread"}))
      ->type_name("line|func|file|type|module|size|thread")
      ->capture_default_str();
  CLI::Option* const since =
      app.add_option("--since", parsed.request.since, "Only what was acquired after this time or mark")
          ->type_name("WHEN");
  app.add_option("--most", parsed.most,
                 "Show at most N rows (--addr, --asked: blocks); 0: all (default: 10 in text, all in json and csv)")
      ->check(check_count)
      ->type_name("N");
  parsed.profile.add_to(app);
  CLI::Option* const diff =
      app.add_option("--diff", parsed.diff, "What the heap of trace A has more or less of than B's")
          ->expected(2)
          ->type_name("A B")
          ->excludes(app.get_option("TRACE"));
  CLI::Option* const address =
      app.add_option("--addr", parsed.address, "The block at this address: size, type, age, thread and stacks")
          ->check(check_address)
          ->type_name("0x...")
          ->excludes(diff)
          ->excludes(since);
  app.add_flag("--asked", parsed.asked, "The blocks that the program asked for with memline_block(), likewise")
      ->excludes(address)
      ->excludes(diff)
      ->excludes(since)
      ->excludes(at);
  parsed.output.add_to(app);
  app.footer(kHeapColumns);
  if (const auto code = parse(app, "[OPTIONS] [TRACE]", arguments, streams)) return *code;
  parsed.request.by = model::parse_heap_kind(by).value_or(model::HeapKind::kLine);
  parsed.at_given = at->count() > 0;
  if (parsed.asked) return show_asked(parsed, streams);
  if (!parsed.address.empty()) return show_address(parsed, streams);
  return parsed.diff.empty() ? show_heap(parsed, streams) : show_difference(parsed, streams);
}

}  // namespace memline::commands
