// The engine as a whole, in a child process for each test, since a process has one session. What the tests allocate is
// not recorded here: only what they tell the recorder is.
#include "session.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "recorder.h"
#include "records_of.h"
#include "support/catch.h"
#include "support/scratch_folder.h"
#include "thread_end.h"

using namespace memline;
using namespace memline::capture;
using memline::testing::all_of;
using memline::testing::file_bytes;
using memline::testing::header_of;
using memline::testing::ScratchFolder;

namespace {

struct ChildResult {
  int status;
  pid_t pid;
};

/// Runs `body` in a child whose session writes to `out`; gives its wait status.
template <class Body>
ChildResult in_session(const std::string& out, const Body& body) {
  const pid_t pid = fork();
  if (pid == 0) {
    setenv("MEMLINE_OUT", out.c_str(), 1);
    if (session.ensure_started() == State::kUnknown) _exit(99);
    watch_thread_ends();
    body();
    _exit(0);
  }
  int status = -1;
  waitpid(pid, &status, 0);
  return {status, pid};
}

__attribute__((noinline)) void acquire(std::uint64_t address, std::uint64_t bytes) {
  record_acquire(MEMLINE_CALLER, address, bytes, trace::Origin::kMalloc);
}
__attribute__((noinline)) void release(std::uint64_t address) {
  record_release(MEMLINE_CALLER, address, 0);
}

__attribute__((noinline)) void end(int code) {
  record_exit(MEMLINE_CALLER, trace::ExitKind::kExit, code);
}

std::string trace_of(const std::string& out, pid_t pid) {
  return out + "." + std::to_string(pid);
}

}  // namespace

TEST_CASE("a session writes its image, its thread and its events", "[session]") {
  const ScratchFolder folder;
  const ChildResult child = in_session(folder / "t", [] {
    for (std::uint64_t i = 1; i <= 1000; ++i) {
      acquire(i * 16, 4251);
      if (i % 2 == 0) release(i * 16);
    }
    end(7);
  });
  REQUIRE(child.status == 0);
  const std::string bytes = file_bytes(folder / "t");
  const auto images = all_of<trace::ImageStart>(bytes);
  REQUIRE(images.size() == 1);
  CHECK(images[0].pid == static_cast<std::uint32_t>(child.pid));
  CHECK(images[0].parent_pid == static_cast<std::uint32_t>(getpid()));
  CHECK(images[0].executable == std::filesystem::read_symlink("/proc/self/exe").string());
  CHECK(images[0].paused == 0);
  CHECK(all_of<trace::Acquire>(bytes).size() == 1000);
  CHECK(all_of<trace::Release>(bytes).size() == 500);
  const auto threads = all_of<trace::Thread>(bytes);
  REQUIRE(threads.size() == 1);
  CHECK(threads[0].thread == 0);
  CHECK(threads[0].tid == static_cast<std::uint32_t>(child.pid));
  const trace::TraceHeader header = header_of(bytes);
  CHECK(header.magic == trace::kFileMagic);
  CHECK(header.exit_kind == static_cast<std::uint32_t>(trace::ExitKind::kExit));
  CHECK(header.exit_code == 7);
  // What was reserved and not used has been given back.
  CHECK(bytes.size() == trace::kHeaderBytes + header.claimed_blocks * trace::kBlockBytes);
}

TEST_CASE("one place is one stack, recorded once", "[session]") {
  const ScratchFolder folder;
  in_session(folder / "t", [] {
    for (std::uint64_t i = 1; i <= 100; ++i) acquire(i * 16, 10);
    acquire(16, 20);
  });
  const std::string bytes = file_bytes(folder / "t");
  const auto events = all_of<trace::Acquire>(bytes);
  REQUIRE(events.size() == 101);
  CHECK(events[0].stack != 0);
  for (std::size_t i = 1; i < 100; ++i) CHECK(events[i].stack == events[0].stack);
  CHECK(events[100].stack != events[0].stack);
  std::uint32_t next = 1;
  for (const trace::Stack& stack : all_of<trace::Stack>(bytes)) {
    CHECK(stack.first_id == next);
    CHECK(stack.parent < stack.first_id);
    next += stack.count;
  }
  CHECK(events[100].stack < next);
}

TEST_CASE("threads are numbered, and short-lived ones share a lane", "[session]") {
  const ScratchFolder folder;
  constexpr std::uint32_t kThreads = 50;
  in_session(folder / "t", [] {
    for (std::uint32_t i = 0; i < kThreads; ++i) {
      std::thread([i] { acquire((i + 1) * 16, 100 + i); }).join();
    }
    end(0);
  });
  const std::string bytes = file_bytes(folder / "t");
  const auto threads = all_of<trace::Thread>(bytes);
  REQUIRE(threads.size() == 1 + kThreads);
  for (std::uint32_t i = 0; i <= kThreads; ++i) CHECK(threads[i].thread == i);
  CHECK(all_of<trace::ThreadEnd>(bytes).size() == kThreads);
  CHECK(header_of(bytes).claimed_blocks == 2);  // the first thread's, and one for all the others
}

TEST_CASE("a forked child has a trace of its own that says what it inherited", "[session]") {
  const ScratchFolder folder;
  const std::string out = folder / "t";
  int pipe_ends[2];
  REQUIRE(pipe(pipe_ends) == 0);
  const ChildResult child = in_session(out, [&] {
    acquire(16, 4245);
    const pid_t grandchild = fork();
    if (grandchild == 0) {
      session.ensure_started();
      acquire(32, 4246);
      end(3);
      _exit(0);
    }
    int status = 0;
    waitpid(grandchild, &status, 0);
    acquire(48, 4247);
    if (write(pipe_ends[1], &grandchild, sizeof grandchild) != sizeof grandchild) _exit(1);
    end(0);
  });
  REQUIRE(child.status == 0);
  pid_t grandchild = 0;
  REQUIRE(read(pipe_ends[0], &grandchild, sizeof grandchild) == sizeof grandchild);
  close(pipe_ends[0]);
  close(pipe_ends[1]);

  const std::string parent_bytes = file_bytes(out);
  CHECK(all_of<trace::Acquire>(parent_bytes).size() == 2);
  const std::string bytes = file_bytes(trace_of(out, grandchild));
  const auto events = all_of<trace::Acquire>(bytes);
  REQUIRE(events.size() == 1);
  CHECK(events[0].size_bytes == 4246);
  const auto origin = all_of<trace::ForkedFrom>(bytes);
  REQUIRE(origin.size() == 1);
  CHECK(origin[0].parent_pid == static_cast<std::uint32_t>(child.pid));
  CHECK(origin[0].parent_path == out);
  const trace::TraceHeader parent = header_of(parent_bytes);
  CHECK(origin[0].parent_trace_id ==
        std::string_view(reinterpret_cast<const char*>(parent.trace_id.data()), parent.trace_id.size()));
  // Up to the position stands the first of the parent's two acquisitions, and not the second.
  const auto positions = all_of<trace::ForkPosition>(bytes);
  REQUIRE(positions.size() == 1);
  CHECK(positions[0].lane == 0);
  CHECK(positions[0].sequence == 0);
  std::string inherited = parent_bytes.substr(0, trace::kHeaderBytes + trace::kBlockBytes);
  std::memcpy(inherited.data() + trace::kHeaderBytes + offsetof(trace::BlockHeader, payload_bytes),
              &positions[0].payload_bytes, sizeof positions[0].payload_bytes);
  // As it was then: the parent has sealed the block since.
  const auto open = static_cast<std::uint32_t>(trace::BlockState::kOpen);
  std::memcpy(inherited.data() + trace::kHeaderBytes + offsetof(trace::BlockHeader, state), &open, sizeof open);
  const auto seen = all_of<trace::Acquire>(inherited);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].size_bytes == 4245);
  // At its exit the parent has sealed what it wrote.
  trace::BlockHeader block{};
  CHECK(trace::check_block(std::as_bytes(std::span(parent_bytes)).subspan(trace::kHeaderBytes, trace::kBlockBytes),
                           block) == trace::BlockFault::kNone);
  CHECK(block.state == static_cast<std::uint32_t>(trace::BlockState::kSealed));
}

TEST_CASE("a pause stops acquisitions only, and is recorded", "[session]") {
  const ScratchFolder folder;
  const ChildResult child = in_session(folder / "t", [] {
    acquire(16, 1);
    record_recording(MEMLINE_CALLER, false);
    if (state() != State::kPaused) _exit(1);
    release(16);
    record_recording(MEMLINE_CALLER, true);
    if (state() != State::kRecording) _exit(2);
    acquire(32, 2);
  });
  CHECK(child.status == 0);
  const std::string bytes = file_bytes(folder / "t");
  const auto switches = all_of<trace::Recording>(bytes);
  REQUIRE(switches.size() == 2);
  CHECK(switches[0].on == 0);
  CHECK(switches[1].on == 1);
  CHECK(all_of<trace::Release>(bytes).size() == 1);
}

TEST_CASE("pauses of several threads nest, whoever comes between", "[session]") {
  const ScratchFolder folder;
  constexpr int kTurns = 20000;
  const ChildResult child = in_session(folder / "t", [] {
    const auto pause_and_resume = [](bool inside_another) {
      for (int i = 0; i < kTurns; ++i) {
        record_recording(MEMLINE_CALLER, false);
        if (state() != State::kPaused && inside_another) _exit(1);
        record_recording(MEMLINE_CALLER, true);
      }
    };
    const auto in_two_threads = [&](bool inside_another) {
      std::thread other(pause_and_resume, inside_another);
      pause_and_resume(inside_another);
      other.join();
    };
    in_two_threads(false);
    if (state() != State::kRecording) _exit(2);
    record_recording(MEMLINE_CALLER, false);
    in_two_threads(true);
    if (state() != State::kPaused) _exit(3);
    record_recording(MEMLINE_CALLER, true);
    if (state() != State::kRecording) _exit(4);
  });
  CHECK(child.status == 0);
}

TEST_CASE("spans nest per thread", "[session]") {
  const ScratchFolder folder;
  in_session(folder / "t", [] {
    const std::uint64_t outer = record_span_begin(MEMLINE_CALLER, "outer");
    const std::uint64_t inner = record_span_begin(MEMLINE_CALLER, "inner");
    record_span_end(MEMLINE_CALLER, inner);
    record_span_begin(MEMLINE_CALLER, "second");
    std::thread([outer] {
      record_span_attach(MEMLINE_CALLER, outer);
      record_span_begin(MEMLINE_CALLER, "worker");
    }).join();
  });
  const std::string bytes = file_bytes(folder / "t");
  const auto spans = all_of<trace::SpanBegin>(bytes);
  REQUIRE(spans.size() == 4);
  CHECK(spans[0].parent == 0);
  CHECK(spans[1].parent == spans[0].token);
  CHECK(spans[2].parent == spans[0].token);
  CHECK(spans[3].parent == spans[0].token);
  CHECK(spans[3].name == "worker");
}

TEST_CASE("when the trace is full the rest is counted", "[session]") {
  const ScratchFolder folder;
  setenv("MEMLINE_MAX_TRACE", "69632", 1);  // the header and one block
  const ChildResult child = in_session(folder / "t", [] {
    std::uint64_t told = 0;
    for (; state() == State::kRecording && told < 100000; ++told) acquire((told + 1) * 1600, 10 + told % 7);
    if (state() != State::kStopped) _exit(1);
    end(0);
  });
  unsetenv("MEMLINE_MAX_TRACE");
  CHECK(child.status == 0);
  const trace::TraceHeader header = header_of(file_bytes(folder / "t"));
  CHECK(header.lost_events[static_cast<std::size_t>(trace::Loss::kTraceFull)] == 1);
  CHECK(header.lost_bytes >= 10);
  CHECK(header.exit_kind == static_cast<std::uint32_t>(trace::ExitKind::kExit));
}
