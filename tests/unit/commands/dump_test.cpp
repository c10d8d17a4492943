#include "commands/dump.h"

#include <sstream>
#include <string>

#include "support/catch.h"
#include "support/scratch_folder.h"
#include "support/trace_builder.h"

namespace memline {
namespace {

using testing::ScratchFolder;
using testing::TraceBuilder;

TEST_CASE("dump names the modules of samples by the sampler's own numbers") {
  TraceBuilder trace;
  trace.begin_image();  // module 1 of lane 0 is the program
  const trace::Module module = TraceBuilder::module(1, "");
  trace.add(trace::kSamplerLane,
            trace::SampledModule{1, module.end, 2 * module.end, module.end, 0, "", "/lib/other.so"});
  trace.stack(trace::kSamplerLane, {0x10});
  const ScratchFolder folder;
  trace.write(folder / "trace.bin");
  std::ostringstream out;
  REQUIRE(dump(folder / "trace.bin", out).ok());
  CHECK(out.str().find("frames=[other.so+0x10") != std::string::npos);
}

}  // namespace
}  // namespace memline
