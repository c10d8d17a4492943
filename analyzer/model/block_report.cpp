#include "model/block_report.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "model/block_types.h"
#include "model/heap_moment.h"
#include "model/profile_notes.h"
#include "model/thread_choice.h"

namespace memline::model {
namespace {

std::vector<StackLine> lines_of(Profile& profile, NodeId stack) {
  FrameSource& source = profile.frames();
  std::vector<StackLine> lines;
  for (NodeId node = stack; !node.none(); node = source.parent(node)) {
    for (const symbols::Frame& frame : source.frames(node)) {
      StackLine line;
      if (!frame.function.none()) line.function = profile.display_name(source.function(frame.function).qualified);
      if (frame.line != 0) line.file = std::string(source.file(frame.file)), line.line = frame.line;
      if (!source.module(node).none()) line.module = source.module_file(source.module(node)).path;
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

BlockCall describe(Profile& profile, const replay::BlockEvent& event) {
  return {profile.image().seconds_since_start(event.ticks), thread_label(profile.image(), event.thread),
          lines_of(profile, event.stack)};
}

std::string_view name_of(replay::BlockKind kind) {
  return kind == replay::BlockKind::kHeap ? "heap" : kind == replay::BlockKind::kPool ? "pool" : "mapping";
}

}  // namespace

BlockReport describe_block(Profile& profile, const replay::BlockLife& life) {
  const replay::Image& image = profile.image();
  BlockReport block;
  block.address = life.address;
  block.bytes = life.bytes;
  block.memory = name_of(life.kind);
  if (life.kind != replay::BlockKind::kMapping) {
    const BlockType type = BlockTypes(profile.frames()).find(life.acquired.stack, life.bytes);
    block.type = (type.is_ambiguous ? "one of " : "") + profile.display_name(type.kind);
    block.rule = to_string(type.rule);
  }
  block.acquired = describe(profile, life.acquired);
  if (life.released) block.released = describe(profile, *life.released);
  block.moved_here = life.moved_here;
  block.moved_away = life.moved_away;
  const std::uint64_t end = life.released ? life.released->ticks : image.last_ticks;
  if (image.ticks_per_second > 0 && end >= life.acquired.ticks) {
    block.age = static_cast<double>(end - life.acquired.ticks) / image.ticks_per_second;
  }
  return block;
}

Result<AddressReport> build_address_report(Profile& profile, std::uint64_t address, const std::string& at,
                                           std::size_t most) {
  const Result<HeapMoment> moment = find_moment(profile.image(), at, profile.recording().path);
  if (!moment) return mind_damage(moment.error(), profile.recording().losses);
  std::optional<std::uint64_t> until;
  if (moment->kind == HeapMoment::Kind::kTicks) until = moment->ticks;
  if (moment->kind == HeapMoment::Kind::kPeak) {
    const Result<replay::Outcome> whole = profile.run(nullptr);
    if (!whole) return whole.error();
    until = whole->peak_ticks;
  }
  const replay::AddressQuestion question{address, until};
  const replay::AddressHistory history =
      replay::read_address_histories(profile.recording(), profile.image_index(), {&question, 1}).front();
  if (history.lives.empty()) {
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(address));
    return mind_damage({ExitCode::kNothing, std::string("no recorded block ever held the address ") + text.data(),
                        profile.recording().path},
                       profile.recording().losses);
  }
  AddressReport report;
  report.address = address;
  report.count = history.count;
  const std::size_t shown = most == 0 ? history.lives.size() : std::min(most, history.lives.size());
  for (std::size_t i = 0; i < shown; ++i) {
    report.blocks.push_back(describe_block(profile, history.lives[history.lives.size() - 1 - i]));
  }
  report.common = profile.common();  // last: what it says of debug information is of what was looked at
  return report;
}

}  // namespace memline::model
