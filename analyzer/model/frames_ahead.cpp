#include "model/frames_ahead.h"

#include <system_error>
#include <utility>
#include <vector>

#include "model/frame_source.h"
#include "model/user_code.h"

namespace memline::model {
namespace {

/// Fewer are resolved before a thread has started.
constexpr std::size_t kWorthAThreadNodes = 256;

bool wants_thread(Profile& profile) {
  // Samples are told apart by their frames during the replay; a server may ask somebody for a password.
  return profile.image().samples == 0 && !profile.options().symbols.debuginfod &&
         profile.frames().node_count() >= kWorthAThreadNodes && std::thread::hardware_concurrency() > 1;
}

}  // namespace

FramesAhead::FramesAhead(Profile& profile, Wanted wanted)
    : wanted_(wanted), frames_(profile.frames()), rules_(profile.rules()) {
  if (!wants_thread(profile)) return;
  try {
    thread_ = std::thread([this] {
      try {
        work();
      } catch (...) {
        failure_ = std::current_exception();
      }
    });
  } catch (const std::system_error&) {
    // No thread to be had.
  }
}

FramesAhead::~FramesAhead() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void FramesAhead::finish() {
  if (!thread_.joinable()) return work();
  thread_.join();
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void FramesAhead::resolve_program() {
  const std::size_t count = frames_.node_count();
  for (std::size_t node = 0; node < count && !stop_; ++node) {
    const ModuleId module = frames_.module(NodeId{node});
    if (!module.none() && frames_.module_file(module).main_executable) frames_.frames(NodeId{node});
  }
}

void FramesAhead::resolve_user_lines() {
  const std::size_t count = frames_.node_count();
  std::vector<bool> calls(count);
  for (std::size_t node = 0; node < count; ++node) {
    const NodeId caller = frames_.parent(NodeId{node});
    if (!caller.none()) calls[caller.index()] = true;
  }
  UserLines lines(frames_, rules_);
  for (std::size_t node = 0; node < count && !stop_; ++node) {
    if (!calls[node]) lines.find(NodeId{node});
  }
}

}  // namespace memline::model
