#include <ostream>

#include "commands/args.h"
#include "commands/command.h"
#include "commands/load.h"
#include "commands/output.h"
#include "export/json.h"
#include "model/heap_builder.h"
#include "render/csv.h"
#include "views/heap_view.h"

namespace memline::commands {
namespace {

constexpr char kAbout[] =
    "Show what was live at one moment, and whose it was. TRACE is trace.bin unless it\n"
    "is given.";

constexpr char kColumns[] =
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
    "Moments: peak (when the process held the most), end, a time in seconds after the\n"
    "start, mark:NAME for a mark that the program set, mark:NAME#N for the N-th mark\n"
    "of that name.\n"
    "\n"
    "Exit codes: 0 done, 1 nothing found, 2 wrong usage, 3 the trace is unreadable or\n"
    "damaged (what can be read is shown).";

constexpr std::size_t kUsualRows = 10;

}  // namespace

int heap_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kAbout, "heap");
  ProfileArguments profile_arguments;
  OutputArguments output;
  model::HeapRequest request;
  std::optional<std::size_t> most;
  std::string by = "line";
  app.add_option("--at", request.at, "The moment: peak, end, a time or a mark, see below")
      ->type_name("WHEN")
      ->capture_default_str();
  app.add_option("--by", by, "What rows stand for")
      ->check(CLI::IsMember({"line", "func", "file", "type", "module", "size", "thread"}))
      ->type_name("line|func|file|type|module|size|thread")
      ->capture_default_str();
  app.add_option("--most", most, "Show at most N rows; 0: all (default: 10 in text, all in json and csv)")
      ->check(check_count)
      ->type_name("N");
  profile_arguments.add_to(app);
  output.add_to(app);
  app.footer(kColumns);
  if (const auto code = parse(app, "[OPTIONS] [TRACE]", arguments, streams)) return *code;
  request.by = model::parse_heap_kind(by).value_or(model::HeapKind::kLine);

  const auto profile = open_profile(profile_arguments, streams);
  if (!profile) return fail(streams, profile.error());
  auto heap = model::build_heap(**profile, request);
  if (!heap) return fail(streams, heap.error());
  switch (output.chosen_format()) {
    case Format::kJson:
      streams.out << exporting::heap_json(*heap, most.value_or(0));
      break;
    case Format::kCsv:
      if (most.value_or(0) > 0 && heap->rows.size() > *most) heap->rows.resize(*most);
      streams.out << render::render_csv(views::heap_data_view(*heap));
      break;
    case Format::kText:
      write_text(streams, {views::heap_view(*heap, most.value_or(kUsualRows), profile_arguments.verbose)}, output);
      break;
  }
  return finish(streams, profile_arguments.trace, heap->common);
}

}  // namespace memline::commands
