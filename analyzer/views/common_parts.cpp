#include "views/common_parts.h"

#include <string_view>

#include "base/counted.h"

namespace memline::views {

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
  if (losses.short_stacks > 0) {
    notes.push_back(counted(losses.short_stacks, "event has a stack that does", "events have stacks that do") +
                    " not reach the start of the program: outer lines may miss them.");
  }
  notes.insert(notes.end(), common.notes.begin(), common.notes.end());
  return notes;
}

}  // namespace memline::views
