// Our stacks against libunwind's, event by event.
#include <cstdint>
#include <cstdlib>

#include "probe.h"
#include "support/catch.h"

using namespace memline::capture;
using namespace memline::capture::test;

extern "C" {
std::uint64_t shapes_o0(std::uint64_t seed, int depth_limit, long budget);
std::uint64_t shapes_o2(std::uint64_t seed, int depth_limit, long budget);
std::uint64_t shapes_o2_fp(std::uint64_t seed, int depth_limit, long budget);
std::uint64_t shapes_os(std::uint64_t seed, int depth_limit, long budget);
std::uint64_t shapes_realign(std::uint64_t seed, int depth_limit, long budget);
void stale_slots(std::uint64_t seed, int rounds);
}

namespace {

void run_shape(std::uint64_t (*shape)(std::uint64_t, int, long), bool knows_stack, int depth_limit = 30) {
  Probe probe(512, knows_stack);
  current_probe = &probe;
  shape(42, depth_limit, 200000);
  current_probe = nullptr;
  INFO(probe.first_difference);
  CHECK(probe.events > 10000);
  CHECK(probe.differences == 0);
  CHECK(probe.bad_nodes == 0);
  CHECK(probe.last.end == StackEnd::kRoot);
  // What the kept stack is for: most frames of most events are proven, not unwound.
  if (knows_stack) CHECK(probe.fresh * 2 < probe.frames);
  CHECK((probe.known > 0) == knows_stack);
}

}  // namespace

TEST_CASE("shapes at -O0") {
  run_shape(shapes_o0, true);
}
TEST_CASE("shapes at -O2") {
  run_shape(shapes_o2, true);
}
TEST_CASE("shapes at -O2 with frame pointers") {
  run_shape(shapes_o2_fp, true);
}
TEST_CASE("shapes at -Os") {
  run_shape(shapes_os, true);
}
TEST_CASE("shapes with realigned stacks") {
  run_shape(shapes_realign, true);
}
TEST_CASE("shapes on a stack that nobody told us about") {
  run_shape(shapes_o2, false);
}
TEST_CASE("shapes in depth") {
  run_shape(shapes_o2_fp, true, 200);
}

TEST_CASE("frames of variable size over the right return addresses of older ones") {
  Probe probe;
  current_probe = &probe;
  stale_slots(7, 100000);
  current_probe = nullptr;
  INFO(probe.first_difference);
  CHECK(probe.events == 100000);
  CHECK(probe.differences == 0);
  CHECK(probe.bad_nodes == 0);
}
