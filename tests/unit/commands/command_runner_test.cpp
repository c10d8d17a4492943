#include "commands/repeat/command_runner.h"

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "commands/repeat/temporary_folder.h"
#include "commands/test_streams.h"
#include "support/catch.h"
#include "support/scratch_folder.h"

#if defined(__SANITIZE_ADDRESS__)
#define MEMLINE_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEMLINE_SANITIZED
#endif
#endif

using namespace memline::commands;
using memline::model::ProgramEnd;
using memline::test::TestStreams;
using memline::testing::ScratchFolder;

namespace {

std::size_t count_lines(const std::string& path) {
  std::ifstream file(path);
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line);) ++lines;
  return lines;
}

RunRequest shell(const std::string& script) {
  return {.command = {"/bin/sh", "-c", script}, .limit = {}, .setup = {}};
}

}  // namespace

TEST_CASE("a command runner runs once for each call, the setup before it") {
  const ScratchFolder folder;
  const std::string log = folder.path() + "/log";
  RunRequest request = shell("echo run >> " + log);
  request.setup = "echo setup >> " + log;
  const TestStreams streams;
  CommandRunner runner(request, streams.streams());
  for (std::size_t i = 1; i <= 3; ++i) {
    const auto run = runner.run_plainly();
    REQUIRE(run);
    CHECK(run->end.succeeded());
    CHECK(count_lines(log) == 2 * i);
  }
  CHECK(streams.err().empty());
}

TEST_CASE("a command runner says how the program ended") {
  const TestStreams streams;
  const auto exited = CommandRunner(shell("exit 7"), streams.streams()).run_plainly();
  REQUIRE(exited);
  CHECK(exited->end.kind == ProgramEnd::Kind::kExit);
  CHECK(exited->end.code == 7);
  CHECK_FALSE(exited->end.succeeded());
  const auto killed = CommandRunner(shell("kill -USR1 $$"), streams.streams()).run_plainly();
  REQUIRE(killed);
  CHECK(killed->end.kind == ProgramEnd::Kind::kSignal);
  CHECK(killed->end.code == SIGUSR1);
}

TEST_CASE("a command runner counts the CPU time and the RSS of the program, not its own") {
  const TestStreams streams;
  // 64 MiB, every page of which is written
  const RunRequest request{.command = {"python3", "-c", "x = b'x' * (64 << 20)"}, .limit = {}, .setup = {}};
  const auto run = CommandRunner(request, streams.streams()).run_plainly();
  REQUIRE(run);
  REQUIRE(run->end.peak_rss_bytes);
  CHECK(*run->end.peak_rss_bytes > std::uint64_t{64} << 20);
  CHECK(*run->end.peak_rss_bytes < std::uint64_t{128} << 20);
  CHECK(run->end.cpu_seconds() > 0);
  CHECK(run->end.wall_seconds > 0);
#ifndef MEMLINE_SANITIZED  // whose shadow memory the child touches between its report and exec
  const std::string own(std::size_t{64} << 20, 'x');
  const auto small = CommandRunner(shell(":"), streams.streams()).run_plainly();
  REQUIRE(small);
  CHECK(small->end.peak_rss_bytes.value_or(0) < own.size());
#endif
}

TEST_CASE("a run that takes too long is killed with all that it started") {
  const ScratchFolder folder;
  const std::string pid_file = folder.path() + "/pid";
  RunRequest request = shell("sleep 1000 & echo $! > " + pid_file + "; wait");
  request.limit = std::chrono::milliseconds(300);
  const TestStreams streams;
  const auto run = CommandRunner(request, streams.streams()).run_plainly();
  REQUIRE(run);
  CHECK(run->end.kind == ProgramEnd::Kind::kTimeout);
  CHECK_FALSE(run->end.succeeded());
  CHECK(run->end.wall_seconds >= 0.3);
  pid_t grandchild = 0;
  std::ifstream(pid_file) >> grandchild;
  REQUIRE(grandchild > 0);
  // Gone, or a corpse that nobody has buried yet; the kernel may take a moment for it.
  std::string state;
  for (int i = 0; i < 500 && state != "gone" && state != "Z"; ++i) {
    if (i != 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::ifstream stat("/proc/" + std::to_string(grandchild) + "/stat");
    std::string pid, name;
    state = "gone";
    stat >> pid >> name >> state;
  }
  CHECK((state == "gone" || state == "Z"));
}

TEST_CASE("what cannot be run or set up ends the series") {
  const TestStreams streams;
  CommandRunner nothing({.command = {"/nonexistent/program"}, .limit = {}, .setup = {}}, streams.streams());
  CHECK_FALSE(nothing.run_plainly());
  CHECK(nothing.exit_code() == 127);
  CHECK(streams.err().find("/nonexistent/program") != std::string::npos);
  RunRequest request = shell(":");
  request.setup = "exit 3";
  CommandRunner unprepared(request, streams.streams());
  CHECK_FALSE(unprepared.run_plainly());
  CHECK(unprepared.exit_code() == 1);
  CHECK(streams.err().find("setup command failed: exit 3") != std::string::npos);
}

TEST_CASE("a temporary folder is gone with its object") {
  std::string path;
  {
    const auto folder = TemporaryFolder::make();
    REQUIRE(folder);
    path = folder->path();
    CHECK(std::filesystem::is_directory(path));
    std::ofstream(path + "/trace.bin") << "x";
  }
  CHECK_FALSE(std::filesystem::exists(path));
}
