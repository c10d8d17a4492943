#include "views/common_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/counted.h"

namespace memline::views {

namespace {

struct StackEndWords {
  replay::StackFate fate;
  const char *one, *several;
};

constexpr StackEndWords kStackEndWords[] = {
    {replay::StackFate::kDepthLimit, "ends at the depth limit", "end at the depth limit"},
    {replay::StackFate::kNoUnwindInfo, "ends at code without unwind information",
     "end at code without unwind information"},
    {replay::StackFate::kBadMemory, "ends at unreadable memory", "end at unreadable memory"},
    {replay::StackFate::kLost, "is missing from the trace", "are missing from the trace"},
};

std::string short_stacks_note(const replay::StackFates& stacks) {
  std::string ends;
  for (const StackEndWords& words : kStackEndWords) {
    const std::uint64_t events = stacks.of(words.fate);
    if (events > 0) ends += (ends.empty() ? "" : ", ") + counted(events, words.one, words.several);
  }
  constexpr double kLeastPercent = 0.001;
  const double percent = 100 * stacks.short_share();
  const bool one = stacks.short_ones() == 1;
  return fmt::format("{} of {} ({}{:.2g} %) {} not reach the start of the program; outer lines may miss {}: {}.",
                     stacks.short_ones(), counted(stacks.all(), "event", "events"),
                     percent < kLeastPercent ? "less than " : "", std::max(percent, kLeastPercent),
                     one ? "has a stack that does" : "have stacks that do", one ? "it" : "them", ends);
}

}  // namespace

std::string program_heading(const model::ProgramInfo& program) {
  if (program.command.empty()) return "Program: " + program.executable;
  std::string command;
  for (const std::string& argument : program.command) command += (command.empty() ? "" : " ") + argument;
  return "Program: " + command;
}

std::vector<std::string> loss_and_other_notes(const model::CommonInfo& common) {
  const replay::Losses& losses = common.losses;
  std::vector<std::string> notes;
  if (losses.events > 0) {
    // how many stood in a damaged block nobody knows: it counts as one
    const bool is_exact = losses.damaged_places + losses.parents_damaged_places == 0;
    notes.push_back(std::string(is_exact ? "Incomplete: " : "Incomplete: at least ") +
                    counted(losses.events, "event was", "events were") + " lost, with at least " +
                    counted(losses.bytes, "byte", "bytes") + " acquired.");
  } else if (!losses.complete && losses.notes.empty()) {
    notes.emplace_back("Incomplete: a part of the recording is missing.");
  }
  const std::string_view incomplete = losses.complete || losses.events > 0 ? "" : "Incomplete: ";
  for (const std::string& note : losses.notes) {
    notes.push_back((notes.empty() ? std::string(incomplete) : std::string()).append(note).append("."));
  }
  if (losses.stacks.short_ones() > 0) notes.push_back(short_stacks_note(losses.stacks));
  notes.insert(notes.end(), common.notes.begin(), common.notes.end());
  return notes;
}

}  // namespace memline::views
