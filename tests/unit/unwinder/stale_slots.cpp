// A guest made to fool proofs by return addresses alone: chains of frames with variable sizes that all call through one
// site, so that a shorter chain with larger frames ends at the same place as a longer one with smaller frames, whose
// old return addresses are still in memory, untouched, inside of the larger frames.
#include <alloca.h>

#include <cstdint>

extern "C" void probe_event();

namespace {

struct Plan {
  std::uint64_t state;
  int left;

  unsigned next(unsigned bound) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return static_cast<unsigned>((state >> 11) % bound);
  }
};

using Function = void (*)(Plan&);

void chain(Plan& plan);

[[gnu::noinline]] void last(Plan&) {
  probe_event();
  __asm__ volatile("");
}

[[gnu::noinline]] void chain(Plan& plan) {
  void* const local = alloca(16 * plan.next(16));
  __asm__ volatile("" : : "r"(local));  // reserved, never written
  const Function next = plan.left-- > 0 ? chain : last;
  next(plan);
  __asm__ volatile("");
}

}  // namespace

extern "C" void stale_slots(std::uint64_t seed, int rounds) {
  Plan plan{seed * 0x9E3779B97F4A7C15 + 1, 0};
  for (int i = 0; i < rounds; ++i) {
    plan.left = static_cast<int>(1 + plan.next(5));
    chain(plan);
  }
}
