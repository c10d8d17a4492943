#include <sstream>

#include "base/result.h"
#include "commands/command.h"
#include "commands/test_streams.h"
#include "support/catch.h"
#include "support/scratch_folder.h"

using namespace memline;
using namespace memline::commands;
using memline::test::TestStreams;
using memline::testing::ScratchFolder;

TEST_CASE("dispatch: help lists every command, and nothing that does not exist") {
  const TestStreams streams;
  CHECK(dispatch({"--help"}, streams.streams()) == 0);
  for (const Command& command : all_commands()) {
    if (command.summary.empty()) continue;  // started by the preload
    CHECK(streams.out().find("  " + std::string(command.name) + ' ') != std::string::npos);
  }
  CHECK(streams.out().find("diff") == std::string::npos);
  CHECK(streams.out().find("sidecar") == std::string::npos);
  CHECK(streams.err().empty());
}

TEST_CASE("dispatch: every command explains itself") {
  for (const Command& command : all_commands()) {
    if (command.summary.empty()) continue;
    const TestStreams streams;
    CHECK(dispatch({std::string(command.name), "--help"}, streams.streams()) == 0);
    CHECK(streams.out().starts_with("Usage: memline " + std::string(command.name) + ' '));
    CHECK(streams.out().find("Exit codes: ") != std::string::npos);
    std::istringstream lines(streams.out());
    for (std::string line; std::getline(lines, line);) {
      INFO(line);
      CHECK(line.size() <= 80);
    }
    const TestStreams same;
    CHECK(dispatch({"help", std::string(command.name)}, same.streams()) == 0);
    CHECK(same.out() == streams.out());
  }
}

TEST_CASE("dispatch: version") {
  const TestStreams streams;
  CHECK(dispatch({"--version"}, streams.streams()) == 0);
  CHECK(streams.out().starts_with("memline 0."));
}

TEST_CASE("dispatch: what is no command is exit code 2") {
  for (const Arguments& arguments : {Arguments{}, Arguments{"diff"}, Arguments{"rep"}, Arguments{"--verbose"},
                                     Arguments{"sidecar"}, Arguments{"sidecar", "1", "2", "x"}}) {
    const TestStreams streams;
    CHECK(dispatch(arguments, streams.streams()) == 2);
    CHECK(streams.out().empty());
    CHECK(streams.err().starts_with("memline: "));
  }
}

TEST_CASE("dispatch: a trace that cannot be read is exit code 3, and named") {
  const ScratchFolder folder;
  const std::string text = folder.write("notes.txt", "no trace at all\n");
  for (const char* command : {"report", "top", "heap", "summary", "plot", "dump"}) {
    for (const std::string& path : {folder.path("missing.bin"), text}) {
      const TestStreams streams;
      CHECK(dispatch({command, path}, streams.streams()) == 3);
      CHECK(streams.out().empty());
      CHECK(streams.err().starts_with("memline: " + path + ": "));
    }
  }
}
