#include "views/common_parts.h"

namespace memline::views {

std::string counted(std::uint64_t count, const std::string& singular, const std::string& plural) {
  return std::to_string(count) + " " + (count == 1 ? singular : plural);
}

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
    notes.push_back("Incomplete: " + counted(losses.events, "event was", "events were") + " lost, with at least " +
                    counted(losses.bytes, "byte", "bytes") + " acquired.");
  } else if (!losses.complete) {
    notes.emplace_back("Incomplete: a part of the recording is missing.");
  }
  if (losses.unknown_frees > 0) {
    notes.push_back(counted(losses.unknown_frees, "free", "frees") +
                    " of blocks whose allocation was not recorded: counted as 0 bytes.");
  }
  if (losses.short_stacks > 0) {
    notes.push_back(counted(losses.short_stacks, "event has a stack that does", "events have stacks that do") +
                    " not reach the start of the program: outer lines may miss them.");
  }
  notes.insert(notes.end(), losses.notes.begin(), losses.notes.end());
  notes.insert(notes.end(), common.notes.begin(), common.notes.end());
  return notes;
}

}  // namespace memline::views
