#include "replay/scan.h"

#include <utility>

#include "replay/fork_inheritance.h"
#include "replay/image_scanner.h"
#include "replay/loss_notes.h"
#include "replay/process_status.h"
#include "trace/trace_file.h"

namespace memline::replay {
namespace {

/// What the trace's header says about the end belongs to the last program. The header has the last word, since whoever
/// watched the process wrote it after the process's own records.
void set_endings(Recording& recording) {
  for (std::size_t i = 0; i + 1 < recording.images.size(); ++i) recording.images[i].exit_kind = trace::ExitKind::kExec;
  Image& last = recording.images.back();
  const auto kind = static_cast<trace::ExitKind>(recording.header.exit_kind);
  const bool known = kind == trace::ExitKind::kExit || kind == trace::ExitKind::kSignal;
  // After an exec of a program that was not recorded, how the process ended says nothing about this one.
  if (!known || last.exit_kind == trace::ExitKind::kExec) return;
  last.exit_kind = kind;
  last.exit_code = recording.header.exit_code;
}

std::uint64_t block_count(const trace::TraceFile& file) {
  std::uint64_t count = 0;
  for (const std::uint32_t number : file.images()) {
    for (const trace::LaneBlocks& lane : file.lanes(number)) count += lane.blocks.size();
  }
  return count;
}

Result<Recording> scan_file(const std::shared_ptr<const trace::TraceFile>& file, bool follow_parent,
                            Progress* progress) {
  Recording recording;
  recording.path = file->source().name();
  recording.header = file->header();
  recording.file = file;
  add_header_losses(file->header(), recording.losses);
  trace::Damage damage = file->damage();
  {
    ProgressStretch stretch(progress, "reading the trace", block_count(*file));
    std::uint64_t blocks_done = 0;
    for (const std::uint32_t number : file->images()) {
      recording.images.push_back(ImageScanner(*file, number, nullptr, damage).scan([&](std::uint64_t blocks) {
        stretch.advance(blocks_done += blocks);
      }));
    }
  }
  add_damage(damage, recording.losses);
  for (Image& image : recording.images) {
    if (follow_parent) inherit_parent(image, recording.path, recording.losses);
  }
  if (!recording.images.empty()) set_endings(recording);
  recording.still_running = recording.header.exit_kind == static_cast<std::uint32_t>(trace::ExitKind::kUnknown) &&
                            process_alive(recording.header);
  return recording;
}

}  // namespace

Result<Recording> scan(const std::string& path, Progress* progress) {
  Result<std::shared_ptr<const trace::TraceFile>> file = trace::TraceFile::open(path);
  if (!file) return file.error();
  return scan_file(file.value(), true, progress);
}

Result<Recording> scan(std::unique_ptr<trace::ByteSource> source, bool follow_parent) {
  Result<std::shared_ptr<const trace::TraceFile>> file = trace::TraceFile::open(std::move(source));
  if (!file) return file.error();
  return scan_file(file.value(), follow_parent, nullptr);
}

}  // namespace memline::replay
