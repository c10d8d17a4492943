#include "replay/replay.h"

#include <memory>
#include <utility>

#include "replay/replayer.h"
#include "trace/trace_file.h"

namespace memline::replay {
namespace {

Losses sum(const Losses& file, Losses replay) {
  Losses all = file;
  all.events += replay.events;
  all.unknown_frees += replay.unknown_frees;
  all.stacks += replay.stacks;
  all.complete = file.complete && replay.complete;
  for (std::string& note : replay.notes) all.notes.push_back(std::move(note));
  return all;
}

}  // namespace

Result<Outcome> replay(const Recording& recording, std::size_t image, const EventFilter& filter, const StopPoint& stop,
                       Observer* observer, const std::function<void(const LiveBlock&)>& at_stop, Progress* progress) {
  if (recording.file == nullptr || image >= recording.images.size()) {
    return Error{.message = "has no image number " + std::to_string(image), .path = recording.path};
  }
  Replayer replayer(*recording.file, recording.images[image], nullptr, filter, stop, observer);
  Outcome outcome = replayer.run(progress, at_stop);
  outcome.losses = sum(recording.losses, std::move(outcome.losses));
  return outcome;
}

}  // namespace memline::replay
