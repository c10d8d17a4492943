// A guest with frames of many shapes, compiled several times with different flags (SHAPES_NAME is the entry point).
// A seeded random walk over mutually recursive functions with fixed and variable frames, over-aligned locals, one
// indirect call site and stale slots of earlier calls; an event at every step.
#include <alloca.h>
#include <setjmp.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>

extern "C" void probe_event();

namespace {

struct Walk {
  std::uint64_t state;
  int depth_limit;
  long budget;
  jmp_buf* escape;
  volatile std::uint64_t sink;

  unsigned next(unsigned bound) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return static_cast<unsigned>((state >> 11) % bound);
  }
};

using Function = std::uint64_t (*)(Walk&, int);
std::uint64_t dispatch(Walk& walk, int depth);

[[gnu::noinline]] std::uint64_t plain(Walk& walk, int depth) {
  probe_event();
  const std::uint64_t below = dispatch(walk, depth + 1);
  probe_event();
  return below + 1;
}

[[gnu::noinline]] std::uint64_t with_alloca(Walk& walk, int depth) {
  const std::size_t bytes = 16 + 16 * walk.next(6);
  volatile char* local = static_cast<char*>(alloca(bytes));
  local[0] = 1;
  local[bytes - 1] = 2;
  const std::uint64_t below = dispatch(walk, depth + 1);
  probe_event();
  return below + static_cast<std::uint64_t>(local[0]);
}

// The only call below a variable frame goes through one site, whatever is called: stale return addresses are right.
[[gnu::noinline]] std::uint64_t same_site(Walk& walk, int depth) {
  volatile char* local = static_cast<char*>(alloca(16 * (1 + walk.next(4))));
  local[0] = 3;
  static const Function kTargets[] = {same_site, with_alloca, same_site, plain};
  if (depth >= walk.depth_limit || walk.budget-- <= 0) {
    probe_event();
    return 1;
  }
  const std::uint64_t below = kTargets[walk.next(4)](walk, depth + 1);
  return below + static_cast<std::uint64_t>(local[0]);
}

[[gnu::noinline]] std::uint64_t over_aligned(Walk& walk, int depth) {
  alignas(64) volatile std::uint64_t local[8] = {1, 2, 3};
  const std::uint64_t below = dispatch(walk, depth + 1);
  probe_event();
  return below + local[2];
}

[[gnu::noinline]] std::uint64_t over_aligned_alloca(Walk& walk, int depth) {
  alignas(32) volatile std::uint64_t local[4] = {5};
  volatile char* more = static_cast<char*>(alloca(16 * (1 + walk.next(4))));
  more[0] = 1;
  const std::uint64_t below = dispatch(walk, depth + 1);
  probe_event();
  return below + local[0];
}

[[gnu::noinline]] std::uint64_t many_registers(Walk& walk, int depth) {
  std::uint64_t a = walk.next(9), b = walk.next(8), c = walk.next(7), d = walk.next(6), e = walk.next(5),
                f = walk.next(4);
  for (unsigned i = 0; i < 2; ++i) {
    a += dispatch(walk, depth + 1) * f;
    b ^= a + c;
    c += b * d;
    d += e;
    e += f + i;
    probe_event();
  }
  return a + b + c + d + e + f;
}

[[gnu::noinline]] std::uint64_t thrower(Walk& walk, int depth) {
  const std::uint64_t below = dispatch(walk, depth + 1);
  if (walk.next(3) == 0) throw std::runtime_error("expected");
  return below;
}

[[gnu::noinline]] std::uint64_t catcher(Walk& walk, int depth) {
  try {
    return thrower(walk, depth + 1) + 1;
  } catch (const std::runtime_error&) {
    probe_event();
    return 2;
  }
}

[[gnu::noinline]] std::uint64_t jumper(Walk& walk, int depth) {
  jmp_buf here;
  jmp_buf* const outer = walk.escape;
  walk.escape = &here;
  if (setjmp(here) == 0) {
    const std::uint64_t below = dispatch(walk, depth + 1);
    walk.escape = outer;
    return below;
  }
  walk.escape = outer;
  probe_event();
  return 1;
}

[[gnu::noinline]] std::uint64_t leaf(Walk& walk, int) {
  probe_event();
  if (walk.escape != nullptr && walk.next(20) == 0) longjmp(*walk.escape, 1);
  return 1;
}

[[gnu::noinline]] int compare_with_event(const void* left, const void* right) {
  probe_event();
  const int a = *static_cast<const int*>(left);
  const int b = *static_cast<const int*>(right);
  return (a > b) - (a < b);
}

[[gnu::noinline]] std::uint64_t sorter(Walk& walk, int) {
  int values[8];
  for (int& value : values) value = static_cast<int>(walk.next(100));
  qsort(values, 8, sizeof values[0], compare_with_event);
  return static_cast<std::uint64_t>(values[0]);
}

std::uint64_t dispatch(Walk& walk, int depth) {
  static const Function kFunctions[] = {plain,          with_alloca, same_site, over_aligned, over_aligned_alloca,
                                        many_registers, catcher,     jumper,    leaf,         sorter};
  if (depth >= walk.depth_limit || walk.budget-- <= 0) return leaf(walk, depth);
  return kFunctions[walk.next(10)](walk, depth);
}

}  // namespace

extern "C" std::uint64_t SHAPES_NAME(std::uint64_t seed, int depth_limit, long budget) {
  Walk walk{seed * 0x9E3779B97F4A7C15 + 1, depth_limit, budget, nullptr, 0};
  std::uint64_t sum = 0;
  while (walk.budget > 0) sum += dispatch(walk, 0);
  return sum;
}
