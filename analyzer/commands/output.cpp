#include "commands/output.h"

#include <fmt/format.h>

#include <exception>
#include <new>
#include <ostream>

#include "base/counted.h"
#include "base/escape.h"
#include "render/text.h"

namespace memline::commands {
namespace {

/// Takes from `notes` what `last` ends with, too.
void drop_common_end(std::vector<std::string>& notes, const std::vector<std::string>& last) {
  for (std::size_t kept = last.size(); kept > 0 && !notes.empty() && notes.back() == last[kept - 1]; --kept) {
    notes.pop_back();
  }
}

}  // namespace

int fail(const Streams& streams, const Error& error) {
  std::string line;
  if (!error.path.empty()) line += escape_control(error.path) + ": ";
  line += escape_control(error.message);
  if (error.offset) line += fmt::format(" (at offset {})", *error.offset);
  say(streams, line);
  return static_cast<int>(error.code);
}

int fail_by_exception(const Streams& streams) {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    say(streams,
        "out of memory: the trace holds more live blocks, mappings or stacks than this process may use memory for (see "
        "ulimit -v)");
  } catch (const std::exception& error) {
    // nothing of ours throws: this is a library that could not go on
    say(streams, error.what());
  }
  return static_cast<int>(ExitCode::kUnreadable);
}

void say(const Streams& streams, std::string_view message) {
  streams.err << "memline: " << message << '\n';
}

int finish(const Streams& streams, const std::string& path, const model::CommonInfo& common) {
  const auto tell = [&](std::string_view whose, std::uint64_t places) {
    if (places == 0) return;
    say(streams, fmt::format("{}: {}damaged in {}; shown is what could be read", escape_control(path), whose,
                             counted(places, "place", "places")));
  };
  const replay::Losses& losses = common.losses;
  tell("", losses.damaged_places);
  tell("its parent's trace is ", losses.parents_damaged_places);
  const bool damaged = losses.damaged_places != 0 || losses.parents_damaged_places != 0;
  return static_cast<int>(damaged ? ExitCode::kUnreadable : ExitCode::kDone);
}

void write_text(const Streams& streams, std::vector<views::Table> tables, const OutputArguments& output) {
  const render::TextStyle style = output.style(streams.terminal);
  for (std::size_t i = 0; i + 1 < tables.size(); ++i) drop_common_end(tables[i].notes, tables.back().notes);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (i > 0) streams.out << "\n\n";
    streams.out << render::render_text(tables[i], style);
  }
}

}  // namespace memline::commands
