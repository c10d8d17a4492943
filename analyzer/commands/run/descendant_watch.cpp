#include "commands/run/descendant_watch.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

namespace memline::commands {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLeastRest{10};
/// Looking may take this part of the time.
constexpr int kRestForWork = 50;
/// More processes, and more programs, are not looked at.
constexpr std::size_t kMostLookedAt = 1000;

fs::path folder_of(pid_t pid) {
  return fs::path("/proc") / std::to_string(pid);
}

/// Each thread has children of its own. Needs a kernel with CONFIG_PROC_CHILDREN, as all distributions have it; what finds
/// them without (descendants_of) reads all of /proc, too slowly to see children that do not live long.
void add_children(pid_t pid, std::vector<pid_t>& to) {
  std::error_code error;
  for (fs::directory_iterator thread(folder_of(pid) / "task", error), end; !error && thread != end;
       thread.increment(error)) {
    std::ifstream children(thread->path() / "children");
    for (pid_t child = 0; to.size() < kMostLookedAt && children >> child;) to.push_back(child);
  }
}

/// Not even the user whose process it is may read the path of a setuid program.
std::string program_of(pid_t pid) {
  std::error_code error;
  fs::path program = fs::read_symlink(folder_of(pid) / "exe", error);
  if (!error) return program.native();
  std::string first;
  std::ifstream command(folder_of(pid) / "cmdline");
  std::getline(command, first, '\0');
  return first;
}

}  // namespace

void DescendantWatch::step() {
  const Clock::time_point begin = Clock::now();
  if (begin < next_) return;
  look();
  const Clock::time_point end = Clock::now();
  next_ = end + std::max<Clock::duration>(kLeastRest, (end - begin) * kRestForWork);
}

void DescendantWatch::look() {
  std::vector<pid_t> family = {root_};
  for (std::size_t i = 0; i < family.size(); ++i) {
    if (i > 0 && programs_.size() < kMostLookedAt) {
      std::string program = program_of(family[i]);
      if (!program.empty()) programs_.insert(std::move(program));
    }
    add_children(family[i], family);
  }
}

}  // namespace memline::commands
