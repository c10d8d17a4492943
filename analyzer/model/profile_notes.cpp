#include "model/profile_notes.h"

#include <algorithm>

#include "model/descendants.h"

namespace memline::model {
namespace {

constexpr std::size_t kMostNames = 8;
constexpr std::size_t kMostSplitFiles = 3;

std::string exit_kind_name(trace::ExitKind kind) {
  switch (kind) {
    case trace::ExitKind::kExit:
      return "exit";
    case trace::ExitKind::kSignal:
      return "signal";
    case trace::ExitKind::kExec:
      return "exec";
    case trace::ExitKind::kUnknown:
      break;
  }
  return "unknown";
}

std::string image_label(const replay::Image& image, std::size_t number) {
  return std::to_string(number) + " (" + image.executable + ", " + std::to_string(image.events) + " events, " +
         std::to_string(image.acquired_bytes) + " bytes)";
}

/// Where nobody asked us for a block, since malloc is not the C library's and comes before ours.
std::string foreign_allocator_note(const replay::Image& image) {
  if (image.has_heap_blocks) return {};
  const std::string name = image.allocator.substr(image.allocator.find_last_of('/') + 1);
  if (name.empty() || name.starts_with("libc.") || name.starts_with("libc-")) return {};
  if (image.allocator == image.executable) {
    return "The program defines malloc itself, so that its heap never reaches libmemline.so.";
  }
  return "malloc is served by " + image.allocator +
         ", which was loaded before libmemline.so: its heap never reaches it.";
}

/// They are written when the process has ended: `memline run` or the sidecar were killed, or are not done yet.
bool lacks_totals(const replay::Image& image) {
  return image.samples > 0 &&
         std::none_of(image.counters.begin(), image.counters.end(),
                      [](const replay::CounterInfo& counter) { return counter.total.has_value(); });
}

}  // namespace

ProgramInfo program_info(const replay::Recording& recording, std::size_t image_index) {
  const replay::Image& image = recording.images[image_index];
  ProgramInfo program;
  program.command = image.command;
  program.executable = image.executable;
  program.pid = image.start.pid;
  for (const replay::Image& any : recording.images) {
    if (any.fork) program.parent = any.fork->parent_pid;
  }
  program.host = image.host;
  program.start = static_cast<double>(image.start.realtime_ns) / 1e9;
  if (image.ticks_per_second > 0) {
    program.duration = image.last_ticks > image.start.ticks ? image.seconds_since_start(image.last_ticks) : 0;
  }
  const bool went_on = image_index + 1 < recording.images.size();
  program.exit.kind = went_on ? "exec" : exit_kind_name(image.exit_kind);
  program.exit.code = image.exit_code;
  program.images = recording.images.size();
  return program;
}

std::vector<std::string> profile_notes(const replay::Recording& recording, std::size_t image_index,
                                       const ProfileOptions& options) {
  const replay::Image& image = recording.images[image_index];
  std::vector<std::string> notes;
  if (recording.still_running)
    notes.emplace_back("The program was still running: this is what it had recorded so far.");
  if (recording.images.size() > 1) {
    std::string others;
    for (std::size_t i = 0; i < recording.images.size(); ++i) {
      if (i == image_index) continue;
      if (!others.empty()) others += ", ";
      others += image_label(recording.images[i], i);
    }
    notes.push_back("The process ran " + std::to_string(recording.images.size()) +
                    " programs one after the other; this is image " + std::to_string(image_index) + " (" +
                    image.executable + "). Others, for --image: " + others + ".");
  }
  if (image.fork) {
    notes.push_back("Forked from process " + std::to_string(image.fork->parent_pid) + ", recorded in " +
                    image.fork->parent_path + ".");
  }
  const std::vector<std::string> children = descendant_traces(recording.path);
  if (!children.empty()) {
    std::string names;
    for (std::size_t i = 0; i < children.size() && i < kMostNames; ++i) names += (i > 0 ? ", " : "") + children[i];
    if (children.size() > kMostNames) names += " and " + std::to_string(children.size() - kMostNames) + " more";
    notes.push_back("The traces of its child processes lie beside this one: " + names + ".");
  }
  if (std::string note = foreign_allocator_note(image); !note.empty()) notes.push_back(std::move(note));
  if (image.start.weight > 1) {
    notes.push_back("Sampled: every recorded event stands for about " + std::to_string(image.start.weight) + ".");
  }
  if (image.lost_samples > 0) {
    notes.push_back("Samples: " + std::to_string(image.lost_samples) +
                    " were lost, since they came faster than they could be read; what they show may be too low by "
                    "that.");
  }
  if (!recording.still_running && image_index + 1 == recording.images.size() && lacks_totals(image)) {
    notes.emplace_back(
        "Counters: whoever took them did not come to the end of the program: what they show is too low.");
  } else if (!recording.still_running && recording.header.watcher_pid != 0) {
    notes.emplace_back(
        "Whoever watched the program from outside did not come to its end: memory readings and counters may be "
        "missing.");
  }
  if (image.was_paused) {
    notes.emplace_back("Acquisitions were not recorded while the program had paused recording.");
  }
  if (image.start.free_stacks == 0) {
    notes.emplace_back("Frees were recorded without stacks: they are missing from the lines that free.");
  }
  if (!options.threads.empty()) {
    std::string threads;
    for (const std::string& thread : options.threads) threads += (threads.empty() ? "" : ", ") + thread;
    notes.push_back("Only the events of these threads: " + threads + ".");
  }
  if (options.span) notes.push_back("Only events inside the span '" + *options.span + "'.");
  return notes;
}

std::vector<std::string> split_notes(const std::vector<symbols::SplitFault>& faults) {
  using symbols::SplitProblem;
  constexpr const char* kWithoutScopes =
      "what was inlined into that code is not known, and its lines may stand in headers";
  struct Words {
    SplitProblem problem;
    const char *state, *consequence;
  };
  constexpr Words kWords[] = {
      {SplitProblem::kMissing, "is missing", kWithoutScopes},
      {SplitProblem::kNoFile, "cannot be read, since that is no file", kWithoutScopes},
      {SplitProblem::kForeign, "cannot be used, since it is of another build or damaged", kWithoutScopes},
      {SplitProblem::kNameless, "has no names (gcc makes such files with -flto)",
       "functions are named by their symbols, and what was inlined into them from their own file counts as theirs"},
  };
  std::vector<std::string> notes;
  for (const Words& words : kWords) {
    std::vector<std::string> paths;
    for (const symbols::SplitFault& fault : faults) {
      if (fault.problem == words.problem) paths.push_back(fault.path);
    }
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    if (paths.empty()) continue;
    std::string names;
    for (std::size_t i = 0; i < paths.size() && i < kMostSplitFiles; ++i) names += (i > 0 ? ", " : "") + paths[i];
    if (paths.size() > kMostSplitFiles) names += " and " + std::to_string(paths.size() - kMostSplitFiles) + " more";
    notes.push_back("The debug information in " + names + " " + words.state + ": " + words.consequence + ".");
  }
  return notes;
}

Error mind_damage(Error error, const replay::Losses& losses) {
  if (error.code != ExitCode::kNothing || losses.damaged_places == 0) return error;
  error.code = ExitCode::kUnreadable;
  error.message += "; but the trace is damaged";
  if (!losses.notes.empty()) error.message += " (" + losses.notes.front() + ")";
  return error;
}

std::string why_nothing_was_recorded(const replay::Recording& recording, std::size_t image_index) {
  const replay::Image& image = recording.images[image_index];
  const std::string program = image.executable.empty() ? "the program" : image.executable;
  std::string message = "no memory event of " + program + " was recorded: ";
  if (recording.losses.events > 0) {
    return message + "all " + std::to_string(recording.losses.events) + " events were lost";
  }
  if (image.start.paused != 0 && !image.was_resumed)
    return message + "the recording began paused, and the program never resumed it";
  if (image.exit_kind == trace::ExitKind::kExec || !image.exec_path.empty()) {
    return message + "it went on to run " + (image.exec_path.empty() ? "another program" : image.exec_path) +
           " before it allocated anything";
  }
  if (recording.still_running) return message + "it is still running and has not allocated anything yet";
  return message +
         "it allocated nothing through malloc or mmap; an allocator of its own that is linked in statically is not "
         "seen";
}

}  // namespace memline::model
