#include "model/heap_builder.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "model/heap_moment.h"
#include "model/heap_partition.h"
#include "model/peak_look.h"
#include "model/profile_notes.h"
#include "model/resident_blocks.h"

namespace memline::model {
namespace {

constexpr std::array<std::pair<std::string_view, HeapKind>, 7> kKinds = {{{"line", HeapKind::kLine},
                                                                          {"func", HeapKind::kFunction},
                                                                          {"file", HeapKind::kFile},
                                                                          {"type", HeapKind::kType},
                                                                          {"module", HeapKind::kModule},
                                                                          {"size", HeapKind::kSize},
                                                                          {"thread", HeapKind::kThread}}};

ResidentBlocks resident_at(const replay::Image& image, HeapMoment::Kind kind, std::uint64_t ticks,
                           std::optional<std::uint64_t> peak_look) {
  if (kind == HeapMoment::Kind::kPeak) return ResidentBlocks::at_peak(image, ticks, peak_look);
  return kind == HeapMoment::Kind::kEnd ? ResidentBlocks::at_end(image) : ResidentBlocks::at(image, ticks);
}

}  // namespace

std::optional<HeapKind> parse_heap_kind(std::string_view text) {
  for (const auto& [name, kind] : kKinds) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

std::string_view to_string(HeapKind kind) {
  for (const auto& [name, known] : kKinds) {
    if (known == kind) return name;
  }
  return "";
}

Result<HeapModel> build_heap(Profile& profile, const HeapRequest& request) {
  const replay::Image& image = profile.image();
  const Result<HeapMoment> moment = find_moment(image, request.at, profile.recording().path);
  if (!moment) return mind_damage(moment.error(), profile.recording().losses);

  std::uint64_t since_ticks = 0;
  if (request.since) {
    const Result<HeapMoment> since = find_moment(image, *request.since, profile.recording().path);
    if (!since) return mind_damage(since.error(), profile.recording().losses);
    if (since->kind != HeapMoment::Kind::kTicks) {
      return Error{ExitCode::kUsage, "--since takes a time or a mark, not '" + *request.since + "'"};
    }
    since_ticks = since->ticks;
  }

  replay::StopPoint stop;
  std::uint64_t at_ticks = image.last_ticks;
  if (moment->kind == HeapMoment::Kind::kTicks) {
    stop.ticks = moment->ticks;
    at_ticks = std::min(moment->ticks, image.last_ticks);
  }
  std::optional<replay::Losses> losses;
  PeakLook peak_look(image);
  if (moment->kind == HeapMoment::Kind::kPeak) {
    const Result<replay::Outcome> whole = profile.run(&peak_look);
    if (!whole) return whole.error();
    losses = whole->losses;
    stop.event = whole->peak_event;
    at_ticks = whole->peak_event == 0 ? image.start.ticks : whole->peak_ticks;
  }

  std::optional<ResidentBlocks> resident;
  if (!image.looks.empty()) resident.emplace(resident_at(image, moment->kind, at_ticks, peak_look.ticks()));
  stop.go_on = resident.has_value();  // to the look after the moment
  std::vector<replay::LiveBlock> live;
  const Result<replay::Outcome> outcome =
      profile.run(resident ? &*resident : nullptr, stop, [&](const replay::LiveBlock& block) {
        const bool is_new = !request.since || block.acquired_ticks > since_ticks;
        if (block.observed && is_new) live.push_back(block);
      });
  if (!outcome) return outcome.error();
  Sites sites(profile.frames(), profile.rules(), [&](const std::string& name) { return profile.display_name(name); });
  HeapPartition partition(request.by, image, profile.frames(), sites);
  for (const replay::LiveBlock& block : live) partition.add(block, resident ? resident->find(block) : std::nullopt);

  HeapModel heap;
  heap.rows = partition.rows();
  heap.common = profile.common();
  heap.common.losses = losses ? *losses : outcome->losses;  // a replay that stops early misses later ones
  heap.at = request.at;
  heap.since = request.since;
  heap.by = to_string(request.by);
  if (image.ticks_per_second > 0) {
    heap.at_time = at_ticks > image.start.ticks ? image.seconds_since_start(at_ticks) : 0;
  }
  const std::optional<double>& duration = heap.common.program.duration;
  const std::string lasted = duration ? " The recording lasts " + std::to_string(*duration) + " s." : "";
  if (moment->kind == HeapMoment::Kind::kTicks && moment->ticks > image.last_ticks) {
    heap.common.notes.push_back("That moment is after the end of the recording: this is what was live at its end." +
                                lasted);
  }
  heap.has_resident = resident.has_value();
  if (resident && image.ticks_per_second > 0) heap.seconds_to_look = resident->seconds_to_look();
  if (heap.rows.empty()) {
    heap.common.notes.push_back(
        (request.since && !profile.is_filtered() ? "Nothing that was acquired since then was live at that moment."
         : !profile.is_filtered()                ? "Nothing was live at that moment."
                                                 : "Nothing that --thread and --span let through was live then.") +
        lasted);
  }
  for (const HeapRow& row : heap.rows) {
    heap.count += row.count;
    heap.bytes += row.bytes;
    if (request.by == HeapKind::kType)
      heap.typed_bytes = heap.typed_bytes.value_or(0) + (row.rule.empty() ? 0 : row.bytes);
  }
  return heap;
}

}  // namespace memline::model
