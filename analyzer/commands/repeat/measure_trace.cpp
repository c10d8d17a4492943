#include "commands/repeat/measure_trace.h"

#include <algorithm>
#include <utility>

#include "base/escape.h"
#include "commands/cache_choice.h"
#include "commands/process_family.h"
#include "model/profile.h"
#include "model/run_memory.h"
#include "views/common_parts.h"

namespace memline::commands {

void note_once(std::vector<std::string>& notes, const std::string& sentence) {
  if (std::find(notes.begin(), notes.end(), sentence) == notes.end()) notes.push_back(sentence);
}

void note_unknown_rss(const std::optional<std::uint64_t>& peak_rss_bytes, std::vector<std::string>& notes) {
  if (!peak_rss_bytes) note_once(notes, "RSS: not known, the program held less than memline did when it started it");
}

Result<model::RunMemory> measure_trace(const std::string& trace, const std::optional<std::string>& function,
                                       std::vector<std::string>& notes) {
  const ProcessChoice choice = choose_process(trace);
  model::ProfileOptions options;
  options.symbols.cache_folder = choose_cache_folder();
  const auto profile = model::Profile::open(choice.path, std::move(options));
  if (!profile) return profile.error();
  const model::CommonInfo common = (*profile)->common();
  auto memory = model::measure_memory(**profile, function);
  if (!memory) return memory;
  if (!choice.others.empty()) {
    note_once(notes, "of several processes, the one that allocated most: " + common.program.executable);
  }
  if (memory->since_start) {
    note_once(notes, "no stack names main: the increment counts from the start of the program");
  }
  if (!common.losses.complete) {
    for (const std::string& note : views::loss_and_other_notes(common)) note_once(notes, note);
  }
  return memory;
}

}  // namespace memline::commands
