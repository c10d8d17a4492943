#include "views/runs_view.h"

#include <fmt/format.h>

#include "base/mib.h"
#include "base/short_time.h"
#include "base/signal_name.h"
#include "base/with_thousands.h"

namespace memline::views {
namespace {

std::string plus_minus_mib(const Statistics& bytes) {
  return fmt::format("{:.2f} ± {:.2f} MiB", to_mib(bytes.mean), to_mib(bytes.deviation));
}

std::string plus_minus_time(const Statistics& seconds) {
  return short_time(seconds.mean) + " ± " + short_time(seconds.deviation);
}

std::string plural(std::size_t count) {
  return count == 1 ? "" : "s";
}

std::string peak_sentence(double peak_bytes, double increment_bytes) {
  return fmt::format("peak memory: {:.2f} MiB, increment: {:.2f} MiB", to_mib(peak_bytes), to_mib(increment_bytes));
}

std::string peak_sentence(const model::RunMemory& memory) {
  return peak_sentence(static_cast<double>(memory.peak), static_cast<double>(memory.increment));
}

}  // namespace

std::vector<std::string> memit_lines(const model::RepeatedRuns& runs) {
  const Statistics peak = runs.over_runs(model::peak_of);
  const Statistics increment = runs.over_runs(model::increment_of);
  const Statistics rss = runs.over_runs(model::rss_of);
  const Statistics wall = runs.over_runs(model::wall_of);
  if (wall.count == 0) return {};
  std::vector<std::string> lines;
  std::string worst, means;
  if (peak.count > 0) {
    lines.push_back(peak_sentence(peak.most, increment.most));
    worst = fmt::format("{:.2f} MiB heap, ", to_mib(peak.most));
    means = fmt::format("peak {}, increment {}, ", plus_minus_mib(peak), plus_minus_mib(increment));
  }
  if (rss.count > 0) {
    worst += fmt::format("{:.2f} MiB RSS, ", to_mib(rss.most));
    means += fmt::format("RSS {}, ", plus_minus_mib(rss));
  }
  lines.push_back(fmt::format("worst of {}: {}{}", wall.count, worst, short_time(wall.most)));
  lines.push_back(fmt::format("mean ± std. dev. of {} run{}: {}wall {}, CPU {}", wall.count, plural(wall.count), means,
                              plus_minus_time(wall), plus_minus_time(runs.over_runs(model::cpu_of))));
  return lines;
}

std::vector<std::string> time_lines(const model::ProgramEnd& end, const std::optional<model::RunMemory>& memory) {
  std::vector<std::string> lines = {fmt::format("CPU times: user {}, sys {}, total: {}", short_time(end.user_seconds),
                                                short_time(end.system_seconds), short_time(end.cpu_seconds())),
                                    "Wall time: " + short_time(end.wall_seconds)};
  if (memory) lines.push_back(peak_sentence(*memory));
  if (end.peak_rss_bytes) {
    lines.push_back(fmt::format("peak RSS: {:.2f} MiB", to_mib(static_cast<double>(*end.peak_rss_bytes))));
  }
  return lines;
}

std::vector<std::string> timeit_lines(const model::TimedRuns& timed) {
  std::vector<double> seconds, rss;
  const auto loops = static_cast<double>(timed.loops);
  for (const model::TimedRun& run : timed.runs) {
    seconds.push_back(run.seconds / loops);
    if (run.peak_rss_bytes) rss.push_back(static_cast<double>(*run.peak_rss_bytes));
  }
  const std::string of = fmt::format(" per loop (mean ± std. dev. of {} run{}, {} loop{} each)", timed.runs.size(),
                                     plural(timed.runs.size()), with_thousands(loops), plural(timed.loops));
  std::vector<std::string> lines = {plus_minus_time(summarize(seconds)) + of};
  if (!rss.empty()) lines.push_back(plus_minus_mib(summarize(rss)) + " peak RSS" + of);
  if (timed.memory) lines.push_back(peak_sentence(*timed.memory));
  return lines;
}

std::string describe_end(const model::ProgramEnd& end) {
  switch (end.kind) {
    case model::ProgramEnd::Kind::kSignal:
      return "was killed by " + signal_name(end.code);
    case model::ProgramEnd::Kind::kTimeout:
      return "timed out after " + short_time(end.wall_seconds);
    case model::ProgramEnd::Kind::kExit:
      break;
  }
  return fmt::format("exited with {}", end.code);
}

std::string failure_sentence(std::size_t index, std::size_t runs, const model::ProgramEnd& end) {
  return fmt::format("run {} of {} {}", index + 1, runs, describe_end(end));
}

}  // namespace memline::views
