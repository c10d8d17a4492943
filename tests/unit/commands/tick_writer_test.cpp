#include "commands/run/tick_writer.h"

#include <fstream>
#include <iterator>

#include "commands/run/trace_locator.h"
#include "commands/trace_file.h"
#include "support/catch.h"
#include "support/scratch_folder.h"

using namespace memline;
using namespace memline::commands;
using memline::test::make_trace;
using memline::testing::ScratchFolder;

namespace {

constexpr int kExitedWith3 = 3 << 8;  // as waitpid reports it
constexpr int kKilledBy9 = 9;

struct TickBlock {
  trace::BlockHeader header;
  std::vector<trace::Tick> ticks;
};

/// The watcher's blocks in the file at `path`, each checked as a reader would.
std::vector<TickBlock> read_tick_blocks(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<TickBlock> blocks;
  for (std::uint32_t i = 1; block_start(i) < bytes.size(); ++i) {
    const auto rest = std::as_bytes(std::span(bytes)).subspan(block_start(i));
    TickBlock block;
    REQUIRE(trace::check_block(rest.first(std::min(rest.size(), trace::kBlockBytes)), block.header) ==
            trace::BlockFault::kNone);
    auto payload = rest.subspan(sizeof block.header, block.header.payload_bytes);
    trace::DeltaState state;
    state.time_ticks = block.header.base_ticks;
    while (!payload.empty()) {
      REQUIRE(payload[0] == static_cast<std::byte>(trace::RecordType::kTick));
      trace::Decoder decoder(payload.subspan(1));
      trace::Tick tick{};
      trace::Tick::fields(decoder, state, tick);
      REQUIRE(decoder.ok());
      block.ticks.push_back(tick);
      payload = payload.subspan(static_cast<std::size_t>(decoder.position() - payload.data()));
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace

TEST_CASE("ticks: samples are whole records from the first one on") {
  const ScratchFolder folder;
  const std::string path = folder.write("trace.bin", make_trace(7, 100));
  const auto trace = OutsideTrace::open(path, 0);
  REQUIRE(trace);
  const auto beginning = read_first_beginning(trace->fd());
  REQUIRE(beginning);
  CHECK(beginning->clock.time_shift == 5);
  CHECK(beginning->clock.ticks_are_ns);
  TickWriter writer(*trace, beginning->clock);
  writer.sample(1000);
  writer.sample(2000);
  const auto open_blocks = read_tick_blocks(path);  // not sealed yet, as a killed watcher leaves it
  REQUIRE(open_blocks.size() == 1);
  CHECK(open_blocks[0].header.lane == trace::kWatcherLane);
  REQUIRE(open_blocks[0].ticks.size() == 2);
  CHECK(open_blocks[0].ticks[0].rss_pages == 1000);
  CHECK(open_blocks[0].ticks[1].rss_pages == 2000);
  CHECK(open_blocks[0].ticks[0].time <= open_blocks[0].ticks[1].time);
  CHECK(open_blocks[0].ticks[0].monotonic_ns >> 5 >= open_blocks[0].ticks[0].time);

  writer.finish();
  trace->finish(kExitedWith3);
  const auto sealed = read_tick_blocks(path);
  REQUIRE(sealed.size() == 1);
  CHECK(sealed[0].header.state == static_cast<std::uint32_t>(trace::BlockState::kSealed));
  CHECK(sealed[0].ticks.size() == 2);
  CHECK(read_trace_header(path).claimed_blocks == 2);
}

TEST_CASE("ticks: a full block is followed by the next one") {
  const ScratchFolder folder;
  const std::string path = folder.write("trace.bin", make_trace(7, 100));
  const auto trace = OutsideTrace::open(path, 0);
  TickWriter writer(*trace, {5, true});
  constexpr std::size_t kSamples = 20000;  // at least 4 bytes each: more than a block holds
  for (std::size_t i = 0; i < kSamples; ++i) writer.sample(i);
  writer.finish();
  trace->finish(kExitedWith3);
  const auto blocks = read_tick_blocks(path);
  REQUIRE(blocks.size() >= 2);
  std::size_t next = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    CHECK(blocks[i].header.sequence == i);
    for (const trace::Tick& tick : blocks[i].ticks) REQUIRE(tick.rss_pages == next++);
  }
  CHECK(next == kSamples);
}

TEST_CASE("ticks: after an exec they go to the next image") {
  const ScratchFolder folder;
  const std::string path = folder.write("trace.bin", make_trace(7, 100));
  const auto trace = OutsideTrace::open(path, 0);
  TickWriter writer(*trace, {5, true});
  writer.sample(1);
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary)
      .seekp(offsetof(trace::TraceHeader, images))
      .put(2);
  writer.sample(2);
  writer.finish();
  trace->finish(kExitedWith3);
  const auto blocks = read_tick_blocks(path);
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0].header.image == 0);
  CHECK(blocks[1].header.image == 1);
  CHECK(blocks[1].header.sequence == 0);
}

TEST_CASE("ticks: the bound of the trace is kept") {
  const ScratchFolder folder;
  const std::string path = folder.write("trace.bin", make_trace(7, 100));
  const auto trace = OutsideTrace::open(path, trace::kHeaderBytes + trace::kBlockBytes);
  TickWriter writer(*trace, {5, true});
  writer.sample(1);
  trace->reserve_ahead();
  writer.finish();
  trace->finish(kExitedWith3);
  CHECK(read_tick_blocks(path).empty());
  CHECK(read_trace_header(path).claimed_blocks == 1);
  CHECK(std::filesystem::file_size(path) == trace::kHeaderBytes + trace::kBlockBytes);
}

TEST_CASE("outside trace: space is reserved ahead and given back") {
  const ScratchFolder folder;
  const std::string path = folder.write("trace.bin", make_trace(7, 100));
  const auto trace = OutsideTrace::open(path, 0);
  trace->reserve_ahead();
  const std::uint64_t reserved = read_trace_header(path).reserved_bytes;
  CHECK(reserved >= trace::kHeaderBytes + trace::kBlockBytes + (1 << 20));
  CHECK(std::filesystem::file_size(path) == reserved);
  trace->finish(kExitedWith3);
  CHECK(std::filesystem::file_size(path) == trace::kHeaderBytes + trace::kBlockBytes);
}

TEST_CASE("outside trace: the end of the process is noted where the trace does not know it") {
  const ScratchFolder folder;
  std::string bytes = make_trace(7, 100);
  const auto finished = [&](int status) {
    const std::string path = folder.write("trace.bin", bytes);
    OutsideTrace::open(path, 0)->finish(status);
    return read_trace_header(path);
  };
  CHECK(finished(kExitedWith3).exit_kind == static_cast<std::uint32_t>(trace::ExitKind::kExit));
  CHECK(finished(kExitedWith3).exit_code == 3);
  CHECK(finished(kKilledBy9).exit_kind == static_cast<std::uint32_t>(trace::ExitKind::kSignal));
  CHECK(finished(kKilledBy9).exit_code == 9);
  CHECK(finished(kKilledBy9).exit_monotonic_ns > 0);
  CHECK(finished(kExitedWith3).watcher_pid == 0);  // nobody watches any more
  // the program said that it goes on as another one: that stays
  bytes[offsetof(trace::TraceHeader, exit_kind)] = static_cast<char>(trace::ExitKind::kExec);
  CHECK(finished(kExitedWith3).exit_kind == static_cast<std::uint32_t>(trace::ExitKind::kExec));
}

TEST_CASE("outside trace: what is no trace is left alone") {
  const ScratchFolder folder;
  CHECK_FALSE(OutsideTrace::open(folder.path("missing"), 0));
  std::string other = make_trace(7, 100);
  other[offsetof(trace::TraceHeader, version)] = 99;
  const std::string path = folder.write("trace.bin", other);
  CHECK_FALSE(OutsideTrace::open(path, 0));
  CHECK(read_trace_header(path).watcher_pid == 0);
}
