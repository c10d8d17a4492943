#include "probe.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#define UNW_LOCAL_ONLY
#include <libunwind.h>

namespace memline::capture::test {
namespace {

constexpr int kOracleFrames = 4096;

Unwinder* make_unwinder(std::size_t bytes, std::uint32_t max_frames) {
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  return Unwinder::create(memory, max_frames);
}

}  // namespace

StackBounds own_stack_bounds() {
  pthread_attr_t attributes;
  void* low = nullptr;
  std::size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) std::abort();
  pthread_attr_getstack(&attributes, &low, &size);
  pthread_attr_destroy(&attributes);
  // Where stacks are unlimited the main one is said to begin at the mapping below it, and later mappings lie in between.
  constexpr std::size_t kLargest = std::size_t{4} << 20;
  const auto end = reinterpret_cast<std::uint64_t>(low) + size;
  return StackBounds{end - std::min(size, kLargest), end};
}

/// The registers of the caller of the function that this is used in; needs a frame pointer there, which the builtin
/// forces.
#define MEMLINE_START_REGISTERS()                                         \
  StartRegisters {                                                        \
    reinterpret_cast<std::uint64_t>(__builtin_return_address(0)),         \
        reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)) + 16, \
        *static_cast<const std::uint64_t*>(__builtin_frame_address(0))    \
  }

struct ProbeAccess {
  static void walk(Probe& probe, const StartRegisters& start) {
    const KnownStack* const known = probe.sparing_->known_stack(start);
    if (known == nullptr) probe.sparing_->walk(start, probe.bounds_);
    probe.last = probe.unwinder_->walk(start, probe.bounds_);
    ++probe.events;
    if (known != nullptr) {
      ++probe.known;
      if (known->hash != probe.unwinder_->frame(probe.last.depth - 1).hash) {
        ++probe.differences;
        probe.first_difference = "known as another stack, at event " + std::to_string(probe.events) + "\n";
      }
    }
    probe.frames += probe.last.depth;
    probe.fresh += probe.last.fresh;
    probe.check_nodes();
  }
  static void compare(Probe& probe, const StartRegisters& start) { probe.compare(start); }
};

Probe::Probe(std::uint32_t max_frames, bool knows_stack)
    : bounds_(knows_stack ? own_stack_bounds() : StackBounds{0, 0}),
      bytes_(Unwinder::bytes_needed(max_frames)),
      unwinder_(make_unwinder(bytes_, max_frames)),
      sparing_(make_unwinder(bytes_, max_frames)) {
  node_hash_.push_back(0);
}

Probe::~Probe() {
  munmap(unwinder_, bytes_);
  munmap(sparing_, bytes_);
}

void Probe::invalidate() {
  unwinder_->invalidate();
  sparing_->invalidate();
}

/// Gives every fresh frame a node, and expects kept frames to have the node that was given for the same prefix.
void Probe::check_nodes() {
  for (std::uint32_t i = 0; i < last.depth; ++i) {
    KeptFrame& frame = unwinder_->frame(i);
    const bool is_fresh = i >= last.depth - last.fresh;
    if (is_fresh) {
      if (frame.node != 0) ++bad_nodes;
      frame.node = static_cast<std::uint32_t>(node_hash_.size());
      node_hash_.push_back(frame.hash);
    } else if (frame.node == 0 || node_hash_[frame.node] != frame.hash) {
      ++bad_nodes;
    }
  }
}

std::vector<std::uint64_t> Probe::pcs() const {
  std::vector<std::uint64_t> result;
  for (std::uint32_t i = unwinder_->depth(); i > 0; --i) result.push_back(unwinder_->pc(i - 1));
  return result;
}

void Probe::compare(const StartRegisters& start) {
  static thread_local std::array<void*, kOracleFrames> buffer;
  const int count = unw_backtrace(buffer.data(), kOracleFrames);
  int first = 0;
  while (first < count && reinterpret_cast<std::uint64_t>(buffer[first]) != start.pc) ++first;
  const auto expected = static_cast<std::uint32_t>(count - first);
  bool same = expected == last.depth;
  for (std::uint32_t i = 0; same && i < expected; ++i) {
    same = reinterpret_cast<std::uint64_t>(buffer[first + static_cast<int>(i)]) == unwinder_->pc(last.depth - 1 - i);
  }
  if (same) return;
  ++differences;
  if (!first_difference.empty()) return;
  first_difference = "event " + std::to_string(events) + ", end " + std::to_string(static_cast<int>(last.end)) + "\n";
  for (std::uint32_t i = 0; i < expected || i < last.depth; ++i) {
    first_difference +=
        i < expected ? describe(reinterpret_cast<std::uint64_t>(buffer[first + static_cast<int>(i)])) : "-";
    first_difference += "   |   ";
    first_difference += i < last.depth ? describe(unwinder_->pc(last.depth - 1 - i)) : "-";
    first_difference += "\n";
  }
}

[[gnu::noinline]] void Probe::event() {
  const StartRegisters start = MEMLINE_START_REGISTERS();
  ProbeAccess::walk(*this, start);
  ProbeAccess::compare(*this, start);
}

[[gnu::noinline]] Unwinder::Walk Probe::walk() {
  const StartRegisters start = MEMLINE_START_REGISTERS();
  ProbeAccess::walk(*this, start);
  return last;
}

std::string describe(std::uint64_t pc) {
  char text[512];
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(pc), &info) == 0) {
    std::snprintf(text, sizeof text, "%#lx", static_cast<unsigned long>(pc));
  } else {
    std::snprintf(text, sizeof text, "%#lx %s (%s+%#lx)", static_cast<unsigned long>(pc),
                  info.dli_sname != nullptr ? info.dli_sname : "?", info.dli_fname,
                  static_cast<unsigned long>(pc - reinterpret_cast<std::uint64_t>(info.dli_fbase)));
  }
  return text;
}

}  // namespace memline::capture::test

extern "C" [[gnu::noinline]] void probe_event() {
  using namespace memline::capture;
  using namespace memline::capture::test;
  const StartRegisters start = MEMLINE_START_REGISTERS();
  ProbeAccess::walk(*current_probe, start);
  ProbeAccess::compare(*current_probe, start);
}
