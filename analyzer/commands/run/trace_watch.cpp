#include "commands/run/trace_watch.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <ostream>
#include <utility>

#include "base/counted.h"
#include "commands/cache_choice.h"
#include "commands/output.h"
#include "model/asked_blocks.h"
#include "model/region_builder.h"
#include "render/text.h"
#include "views/block_view.h"
#include "views/region_view.h"

namespace memline::commands {
namespace {

using Clock = std::chrono::steady_clock;

/// So young an event may have older ones beside it that another thread has stamped but not written yet.
constexpr double kSettledSeconds = 0.02;
/// Samples come into the trace from outside, some of them every 50 ms.
constexpr double kSampledSeconds = 0.5;

constexpr std::chrono::milliseconds kShortestRest{100};
constexpr int kRestsPerReading = 4;

/// What happened up to then can be in no other order any more.
std::uint64_t settled_ticks(const replay::Image& image, double settled_seconds) {
  std::uint64_t now = image.last_ticks;
  // the samples that `memline run` takes go on while the program has no event
  if (!image.rss.empty()) now = std::max(now, image.rss.back().ticks);
  const double age = settled_seconds * image.ticks_per_second;
  const auto ticks = static_cast<std::uint64_t>(std::max(age, 0.0));
  return now > ticks ? now - ticks : 0;
}

}  // namespace

TraceWatch::TraceWatch(std::vector<std::string> functions, bool with_samples, const Streams& streams)
    : functions_(std::move(functions)),
      settled_seconds_(with_samples ? kSampledSeconds : kSettledSeconds),
      streams_(streams) {}

TraceWatch::~TraceWatch() {
  stop();
}

void TraceWatch::follow(const std::string& trace) {
  if (thread_.joinable()) return;
  thread_ = std::thread([this, trace] {
    try {
      read_on(trace);
    } catch (...) {
      failure_ = std::current_exception();
    }
  });
}

void TraceWatch::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void TraceWatch::finish(const std::string& trace) {
  stop();
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  if (!trace.empty()) show(trace, true);
}

void TraceWatch::read_on(const std::string& trace) {
  Clock::duration rest = kShortestRest;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, rest, [this] { return stopping_; })) return;
    }
    const Clock::time_point begin = Clock::now();
    show(trace, false);
    rest = std::max<Clock::duration>(kShortestRest, kRestsPerReading * (Clock::now() - begin));
  }
}

void TraceWatch::show(const std::string& trace, bool ended) {
  model::ProfileOptions options;
  options.symbols.cache_folder = choose_cache_folder();
  const auto profile = model::Profile::open(trace, std::move(options));
  // too young to tell: there will be more of it
  if (!profile && !ended) return;
  if (!profile) {
    fail(streams_, profile.error());
    return;
  }
  const std::uint64_t until =
      ended ? std::numeric_limits<std::uint64_t>::max() : settled_ticks((*profile)->image(), settled_seconds_);
  show_asked(**profile, until, ended);
  show_regions(**profile, until, ended);
  streams_.err.flush();
}

void TraceWatch::show_regions(model::Profile& profile, std::uint64_t until_ticks, bool ended) {
  model::RegionRequest request;
  request.functions = functions_;
  std::size_t found = 0;
  const auto regions = model::build_regions(profile, request, [&](const model::Region& region, const auto& counters) {
    if (region.seen_ticks > until_ticks || ++found <= shown_regions_) return;
    streams_.err << views::region_sentence(region) << '\n';
    for (const std::string& rate : views::region_rates(region, counters)) streams_.err << rate << '\n';
  });
  shown_regions_ = std::max(shown_regions_, found);
  if (!ended) return;
  if (!regions) {
    // who asked for blocks, and was answered, need not have spans
    const bool is_missed = regions.error().code != ExitCode::kNothing || !functions_.empty() || answered_ == 0;
    if (is_missed) fail(streams_, regions.error());
    return;
  }
  for (const std::string& note : views::region_notes(*regions)) say(streams_, note);
}

void TraceWatch::show_asked(model::Profile& profile, std::uint64_t until_ticks, bool ended) {
  const auto asked = model::build_asked_blocks(profile, {answered_, model::kMostAsked - answered_, until_ticks});
  if (!asked) return;  // it asked for nothing
  for (const model::AskedBlock& one : asked->asked) {
    streams_.err << render::render_text(views::asked_so_far_view(one), {}) << '\n';
  }
  answered_ += asked->asked.size();
  if (ended && asked->count > answered_) {
    say(streams_, counted(asked->count - answered_, "later call", "later calls") + " of memline_block not shown");
  }
}

}  // namespace memline::commands
