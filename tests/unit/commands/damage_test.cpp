// Damaged traces through the commands themselves: whatever the file holds, each ends with a documented exit code, says
// why where it is not 0, and prints no control character that the trace brought along.
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include "commands/command.h"
#include "commands/test_streams.h"
#include "include/every_record.h"
#include "support/catch.h"
#include "support/scratch_folder.h"
#include "support/trace_builder.h"

using namespace memline;
using memline::test::TestStreams;
using memline::testing::ScratchFolder;
using memline::testing::TraceBuilder;

namespace {

/// Every type of record, names that would do something to a terminal or a browser, and a second lane.
std::vector<std::byte> small_trace() {
  TraceBuilder trace;
  testing::every_record([&](const char*, const auto& record) { trace.add(0, record); });
  trace.thread(1, 1, "\x1b[2J<script>alert(1)</script>");
  trace.add(1, trace::NamedFrame{7, 0, 3, "/tmp/\x1b]0;x\x07.py", "<b>%s%n\r\n</b>"});
  trace.add(1, trace::Acquire{2000, 0x7000, 100, 7, trace::Origin::kMalloc});
  trace.add(1, trace::Mark{2001, 0, 0, "\x1b[31mred"});
  return trace.bytes();
}

/// Where the last byte of the last record is.
std::size_t end_of_records(const std::vector<std::byte>& bytes) {
  std::size_t end = bytes.size();
  while (end > 0 && bytes[end - 1] == std::byte{0}) --end;
  return end;
}

const std::array<commands::Arguments, 9> kCommands = {{{"summary"},
                                                       {"summary", "--format", "json"},
                                                       {"report"},
                                                       {"report", "--format", "json", "--func", "*"},
                                                       {"top"},
                                                       {"top", "--format", "csv"},
                                                       {"heap", "--at", "end", "--by", "thread"},
                                                       {"heap", "--at", "peak", "--format", "json"},
                                                       {"dump"}}};

bool is_harmless(const std::string& text) {
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f) return false;
  }
  return true;
}

void write(const std::string& path, const std::vector<std::byte>& bytes, std::size_t size) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(size));
}

int run(std::size_t command, const std::string& path) {
  commands::Arguments arguments = kCommands[command % kCommands.size()];
  arguments.insert(arguments.begin() + 1, path);
  const TestStreams streams;
  const int code = commands::dispatch(arguments, streams.streams());
  CAPTURE(arguments, streams.err());
  CHECK((code == 0 || code == 1 || code == 3));
  CHECK((code == 0 || !streams.err().empty()));
  CHECK(is_harmless(streams.out()));
  CHECK(is_harmless(streams.err()));
  return code;
}

}  // namespace

TEST_CASE("damage: the small trace is whole") {
  const ScratchFolder folder;
  const std::vector<std::byte> bytes = small_trace();
  write(folder.path("trace"), bytes, bytes.size());
  for (std::size_t command = 0; command < kCommands.size(); ++command) CHECK(run(command, folder.path("trace")) == 0);
}

TEST_CASE("damage: a trace cut at every byte") {
  const ScratchFolder folder;
  const std::vector<std::byte> bytes = small_trace();
  const std::size_t end = end_of_records(bytes);
  // The rest of the header page and of the first block is zeros: a cut there is like the next one.
  const auto is_empty = [&](std::size_t cut) {
    return (cut > 200 && cut < trace::kHeaderBytes) ||
           (cut > trace::kHeaderBytes + 700 && cut < trace::kHeaderBytes + trace::kBlockBytes);
  };
  for (std::size_t cut = 0; cut <= end; ++cut) {
    if (is_empty(cut)) continue;
    CAPTURE(cut);
    write(folder.path("trace"), bytes, cut);
    const int code = run(cut, folder.path("trace"));
    // Whatever is cut off is missed: by the exit code, or because nothing at all is left.
    CHECK((code != 0 || cut == end));
  }
}

TEST_CASE("damage: every byte of a trace changed") {
  const ScratchFolder folder;
  std::vector<std::byte> bytes = small_trace();
  const std::size_t end = end_of_records(bytes);
  std::size_t command = 0;
  for (std::size_t place = 0; place < end; ++place) {
    if (bytes[place] == std::byte{0} && bytes[place + (place > 0 ? 0 : 1)] == std::byte{0} && place % 64 != 0 &&
        place > 200 && (place < trace::kHeaderBytes || place > trace::kHeaderBytes + 700) &&
        place < trace::kHeaderBytes + trace::kBlockBytes) {
      continue;  // the empty stretches, now and then
    }
    for (const std::byte change : {std::byte{1}, std::byte{0x80}, std::byte{0xff}}) {
      CAPTURE(place, static_cast<int>(change));
      bytes[place] ^= change;
      write(folder.path("trace"), bytes, bytes.size());
      run(command++, folder.path("trace"));
      bytes[place] ^= change;
    }
  }
}

TEST_CASE("damage: a huge file of which nearly nothing was written") {
  constexpr off_t kHuge = off_t{8} << 40;
  const ScratchFolder folder;
  const std::vector<std::byte> bytes = small_trace();
  write(folder.path("trace"), bytes, bytes.size());
  if (::truncate(folder.path("trace").c_str(), kHuge) != 0) {
    WARN("skipped: this file system has no files of 8 TiB");
    return;
  }
  // Looking at each of its 134 million empty blocks would take minutes: the test's time limit tells.
  CHECK(run(0, folder.path("trace")) == 0);
}
