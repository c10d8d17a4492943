#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>
#include <vector>

#include "base/escape.h"
#include "commands/args.h"
#include "commands/command.h"
#include "commands/load.h"
#include "commands/load_samples.h"
#include "commands/output.h"
#include "memline/env.h"
#include "model/samples/sample_timeline.h"
#include "model/timeline/peak_builder.h"

namespace memline::commands {
namespace {

constexpr char kPeakAbout[] =
    "Print the most memory in use: of a trace the highest live bytes, exact; of a\n"
    "file of samples (.csv of memline sample, .dat of memory_profiler) the highest\n"
    "one. FILE is trace.bin unless it is given.";

constexpr char kPeakNotes[] =
    "With --func: the most while that function was at work, in whatever thread. Of a\n"
    "trace its calls reach from their first event to their last.\n"
    "\n"
    "Exit codes: 0 done, 1 nothing found, 2 wrong usage, 3 a file is unreadable or\n"
    "damaged (what can be read is shown).";

struct PeakArguments {
  std::vector<std::string> files;
  std::string function, metric = "heap";
};

constexpr double kMiB = 1 << 20;

/// As mprof peak prints it.
void print(const Streams& streams, std::string_view name, double bytes) {
  streams.out << fmt::format("{}\t{:.3f} MiB\n", escape_control(name), bytes / kMiB);
}

int print_samples(const PeakArguments& arguments, const std::string& path, const model::SampleFile& file,
                  const Streams& streams) {
  const auto highest = model::highest_sample(file, arguments.function);
  if (!highest) {
    return fail(streams,
                {ExitCode::kNothing, "holds no sample of the process during '" + arguments.function + "'", path});
  }
  print(streams, path, highest->bytes);
  if (!arguments.function.empty()) return 0;
  for (const model::SampledProcess& child : file.children) {
    double most = 0;
    for (const model::MemorySample& sample : child.samples) most = std::max(most, sample.bytes);
    streams.out << fmt::format("  Child {}\t\t\t{:.3f} MiB\n", child.pid, most / kMiB);
  }
  return 0;
}

int print_trace(const PeakArguments& arguments, const std::string& path, const Streams& streams) {
  ProfileArguments profile_arguments;
  profile_arguments.trace = path.empty() ? kDefaultOut : path;
  profile_arguments.trace_given = !path.empty();
  const auto profile = open_profile(profile_arguments, streams);
  if (!profile) return fail(streams, profile.error());
  const bool by_function = !arguments.function.empty();
  const Result<model::PeakModel> peak =
      model::build_peak(**profile, by_function ? std::vector{arguments.function} : std::vector<std::string>());
  if (!peak) return fail(streams, peak.error());
  std::int64_t bytes = peak->live_bytes;
  if (by_function) {
    bytes = 0;
    for (const model::FunctionPeak& function : peak->functions) bytes = std::max(bytes, function.live_bytes);
  }
  if (arguments.metric == "rss") {
    if (!peak->rss_bytes) return fail(streams, {ExitCode::kNothing, "no RSS was sampled", profile_arguments.trace});
    bytes = static_cast<std::int64_t>(*peak->rss_bytes);
  }
  print(streams, profile_arguments.trace, static_cast<double>(bytes));
  return finish(streams, profile_arguments.trace, peak->common);
}

}  // namespace

int peak_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kPeakAbout, "peak");
  PeakArguments peak;
  app.add_option("FILE", peak.files, "Traces and files of samples");
  CLI::Option* const function =
      app.add_option("--func", peak.function, "Only while this function was at work")->type_name("NAME");
  app.add_option("--metric", peak.metric, "Of a trace: live bytes (exact), or RSS (sampled)")
      ->check(CLI::IsMember({"heap", "rss"}))
      ->type_name("heap|rss")
      ->capture_default_str();
  app.footer(kPeakNotes);
  if (const auto code = parse(app, "[OPTIONS] [FILE]...", arguments, streams)) return *code;
  if (function->count() > 0 && peak.metric == "rss") {
    return fail(streams, {ExitCode::kUsage, "peak: --func and --metric rss exclude each other"});
  }
  if (peak.files.empty()) peak.files.emplace_back();
  int code = 0;
  for (const std::string& path : peak.files) {
    const auto samples = load_samples(path);
    const int result = !samples   ? print_trace(peak, path, streams)
                       : *samples ? print_samples(peak, path, **samples, streams)
                                  : fail(streams, samples->error());
    code = std::max(code, result);
  }
  return code;
}

}  // namespace memline::commands
