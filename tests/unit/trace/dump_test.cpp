// What `memline dump` prints.
#include "commands/dump.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/scratch_folder.h"
#include "support/trace_builder.h"

namespace memline {
namespace {

using testing::ScratchFolder;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

testing::TraceBuilder small_trace() {
  testing::TraceBuilder trace;
  trace.begin_image();
  trace.thread(4, 1, "evil\n\x1b[2J");
  trace.add(4, trace::Release{500'000'000, 0x20, 0});
  const std::uint32_t stack = trace.stack(0, {0x10, 0x2f});
  trace.add(0, trace::Acquire{250'000'000, 0x1000, 64, stack, trace::Origin::kCalloc});
  return trace;
}

TEST_CASE("dump prints every record of every lane in the order of time, one a line", "[dump]") {
  const ScratchFolder folder;
  const std::string path = folder.path("trace.bin");
  small_trace().write(path);
  std::ostringstream out;
  const auto code = dump(path, out);
  REQUIRE(code);
  CHECK(*code == ExitCode::kDone);
  const std::vector<std::string> lines = lines_of(out.str());
  REQUIRE(lines.size() == 9);
  CHECK(lines[0] == "Trace version=" + std::to_string(trace::kVersion) +
                        " pid=100 images=1 blocks=2 open_blocks=0 exit_kind=1 exit_code=0");
  CHECK(lines[1] == "Image 0 /bin/guest");
  CHECK(lines[2].find("ImageStart ticks=0") != std::string::npos);
  CHECK(lines[2].find("command_line=\"guest\\x00arg\\x00\"") != std::string::npos);
  CHECK(lines[5] == "   0.000000000 lane 0 thread 0 Stack first_id=1 parent=0 end=root frames=[guest+0x10 guest+0x2f]");
  CHECK(lines[6] == "   0.000000000 lane 4 thread 1 Thread thread=1 tid=101 name=\"evil\\n\\x1b[2J\"");
  CHECK(lines[7] == "   0.250000000 lane 0 thread 0 Acquire address=0x1000 size=64 origin=calloc stack=2");
  CHECK(lines[8] == "   0.500000000 lane 4 thread 1 Release address=0x20 stack=0");
}

TEST_CASE("dump: the lane of memline run has a name and no thread", "[dump]") {
  const ScratchFolder folder;
  const std::string path = folder.path("trace.bin");
  testing::TraceBuilder trace = small_trace();
  trace.add(trace::kWatcherLane, trace::Tick{750'000'000, 1, 25});
  trace.write(path);
  std::ostringstream out;
  REQUIRE(dump(path, out));
  const std::vector<std::string> lines = lines_of(out.str());
  CHECK(lines.back().starts_with("   0.750000000 lane watcher thread - Tick "));
}

TEST_CASE("dump names damaged places and says so by its exit code", "[dump]") {
  const ScratchFolder folder;
  const std::string path = folder.path("trace.bin");
  std::vector<std::byte> bytes = small_trace().bytes();
  bytes[trace::kHeaderBytes + trace::kBlockBytes + 4] ^= std::byte{1};
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  std::ostringstream out;
  const auto code = dump(path, out);
  REQUIRE(code);
  CHECK(*code == ExitCode::kUnreadable);
  const std::vector<std::string> lines = lines_of(out.str());
  CHECK(lines.back() == "Missing: block at offset 69632: checksum differs");
  CHECK(out.str().find("Acquire") != std::string::npos);
  CHECK(out.str().find("Release") == std::string::npos);
}

TEST_CASE("dump of what is no trace is an error with its path", "[dump]") {
  std::ostringstream out;
  const auto code = dump("/dev/null", out);
  REQUIRE_FALSE(code);
  CHECK(code.error().path == "/dev/null");
  CHECK(code.error().code == ExitCode::kUnreadable);
  CHECK(out.str().empty());
}

}  // namespace
}  // namespace memline
