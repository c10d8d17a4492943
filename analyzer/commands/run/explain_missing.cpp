#include "commands/run/explain_missing.h"

#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "base/counted.h"
#include "base/escape.h"
#include "commands/run/inspect_program.h"
#include "commands/run/trace_locator.h"
#include "replay/scan.h"

namespace memline::commands {
namespace {

/// A trace with more blocks than that holds events beyond doubt.
constexpr std::uintmax_t kSmallTraceBytes = std::uintmax_t{4} << 20;

constexpr std::size_t kMostSentences = 5;
/// Of larger traces not all are read: the answer has to come at once.
constexpr std::uintmax_t kMostBytesRead = std::uintmax_t{32} << 20;

/// What is said where the file gives no reason.
constexpr std::string_view kNoReason =
    "it ran without libmemline.so: something on the way removed LD_PRELOAD, or the library could not be loaded";
/// The library says so itself where it could not write the trace, but not to us.
constexpr std::string_view kNoTrace =
    "it left no trace: none could be written, something on the way removed LD_PRELOAD, or libmemline.so could not be "
    "loaded";

std::string sentence(const Inspection& inspection, std::string_view otherwise) {
  return fmt::format("nothing was recorded of {}: {}", escape_control(inspection.path),
                     inspection.reason.empty() ? otherwise : inspection.reason);
}

std::string_view why_no_event(const replay::Image& image) {
  if (image.start.paused != 0 && !image.was_resumed) return "recording was paused from the start to the end";
  if (image.was_paused) return "it neither allocated nor mapped any memory while recording was not paused";
  return "it neither allocated nor mapped any memory";
}

}  // namespace

std::vector<std::string> explain_missing(const std::string& trace, const std::string& program,
                                         const std::string& search_path) {
  if (trace.empty()) return {sentence(inspect_program(program, search_path), kNoTrace)};
  std::vector<std::string> sentences;
  const trace::TraceHeader header = read_trace_header(trace);
  const bool went_on = header.exit_kind == static_cast<std::uint32_t>(trace::ExitKind::kExec);
  std::error_code error;
  if (!went_on && std::filesystem::file_size(trace, error) > kSmallTraceBytes) return sentences;
  const auto recording = replay::scan(trace);
  if (!recording || recording->images.empty()) return sentences;
  const replay::Image& last = recording->images.back();
  std::uint64_t events = 0;
  for (const replay::Image& image : recording->images) events += image.events;
  const std::string& executable = last.executable.empty() ? program : last.executable;
  if (events != 0 && last.allocator == executable) {  // what it maps is seen, but not what for
    const Inspection inspection = inspect_program(executable, search_path);
    if (!inspection.reason.empty()) sentences.push_back(sentence(inspection, {}));
  }
  if (events == 0) {
    sentences.push_back(sentence(inspect_program(executable, search_path), why_no_event(last)));
  }
  if (went_on && !last.exec_path.empty()) {
    sentences.push_back(sentence(inspect_program(last.exec_path, search_path), kNoReason));
  }
  return sentences;
}

std::vector<std::string> explain_descendants(const std::set<std::string>& programs, const std::string& search_path) {
  std::vector<std::string> sentences;
  std::set<std::filesystem::path> explained;
  std::size_t more = 0;
  for (const std::string& program : programs) {
    const Inspection inspection = inspect_program(program, search_path);
    // One that was removed since is not to be judged.
    if (inspection.reason.empty() || inspection.obstacle == Obstacle::kNotFound) continue;
    std::error_code error;
    const bool is_new = explained.insert(std::filesystem::weakly_canonical(inspection.path, error)).second;
    if (!is_new && !error) continue;  // by another name: /sbin is /usr/sbin
    if (sentences.size() < kMostSentences) {
      sentences.push_back(sentence(inspection, {}));
    } else {
      ++more;
    }
  }
  if (more > 0) {
    sentences.push_back(fmt::format("nor was anything recorded of {}, for such reasons",
                                    counted(more, "more program", "more programs")));
  }
  return sentences;
}

std::set<std::string> execs_of_others(const std::vector<std::string>& traces) {
  std::set<std::string> programs;
  std::uintmax_t read = 0;
  for (const std::string& trace : traces) {
    std::error_code error;
    const std::uintmax_t bytes = std::filesystem::file_size(trace, error);
    if (error || read + bytes > kMostBytesRead) continue;
    read += bytes;
    const auto recording = replay::scan(trace);
    if (!recording) continue;
    const auto add = [&programs](const replay::Image& image, const std::string& path) {
      if (path.empty()) return;
      const bool is_name = path.find('/') == std::string::npos;
      programs.insert(is_name ? path : (std::filesystem::path(image.working_dir) / path).lexically_normal().native());
    };
    for (const replay::Image& image : recording->images) {
      for (const std::string& path : image.child_execs) add(image, path);
    }
    const bool went_on = recording->header.exit_kind == static_cast<std::uint32_t>(trace::ExitKind::kExec);
    if (went_on && !recording->images.empty()) add(recording->images.back(), recording->images.back().exec_path);
  }
  return programs;
}

}  // namespace memline::commands
