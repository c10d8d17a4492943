#include "trace_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "memline/trace_block.h"
#include "records_of.h"
#include "support/catch.h"
#include "support/scratch_folder.h"

using namespace memline;
using namespace memline::capture;
using memline::testing::file_bytes;
using memline::testing::ScratchFolder;

namespace {

PathText path_text(const std::string& path) {
  PathText text;
  text.add(path);
  return text;
}

/// What a process with this identity would have left.
void write_trace(const std::string& path, const Identity& writer) {
  trace::TraceHeader header{};
  header.magic = trace::kFileMagic;
  header.version = trace::kVersion;
  header.block_bytes = trace::kBlockBytes;
  header.pid = writer.pid;
  header.process_start = writer.start;
  header.boot_id = writer.boot_id;
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(&header), sizeof header);
}

Identity gone() {
  Identity identity = own_identity();
  identity.start += 1;
  return identity;
}

/// A living process that is not this one: the parent.
Identity parent() {
  Identity identity = own_identity();
  ProcessStat stat;
  read_stat(identity.pid, stat);
  identity.pid = stat.parent_pid;
  read_stat(identity.pid, stat);
  identity.start = stat.start;
  return identity;
}

OpenedTrace open_at(const std::string& path, bool only_with_pid = false) {
  OpenedTrace opened = open_trace(path_text(path), own_identity(), only_with_pid);
  if (opened.fd >= 0) close(opened.fd);
  return opened;
}

std::string with_pid(const std::string& path) {
  return path + "." + std::to_string(getpid());
}

}  // namespace

TEST_CASE("a new trace is private to its owner", "[trace_file]") {
  const ScratchFolder folder;
  const OpenedTrace opened = open_at(folder / "t");
  CHECK(opened.fd >= 0);
  CHECK_FALSE(opened.continued);
  CHECK(opened.path.view() == folder / "t");
  struct stat status;
  REQUIRE(stat((folder / "t").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a trace of a process that is gone is set aside", "[trace_file]") {
  const ScratchFolder folder;
  write_trace(folder / "t", gone());
  CHECK(open_at(folder / "t").path.view() == folder / "t");
  trace::TraceHeader header{};
  REQUIRE(read_trace_header((folder / "t.old").c_str(), header));
  CHECK(header.process_start == gone().start);
}

TEST_CASE("an older trace makes room, a foreign file does not", "[trace_file]") {
  const ScratchFolder folder;
  write_trace(folder / "t", gone());
  write_trace(folder / "t.old", gone());
  CHECK(open_at(folder / "t").path.view() == folder / "t");

  write_trace(folder / "u", gone());
  std::ofstream(folder / "u.old") << "precious";
  CHECK(open_at(folder / "u").path.view() == with_pid(folder / "u"));
  CHECK(file_bytes(folder / "u.old") == "precious");
}

TEST_CASE("the trace of a living process stays where it is", "[trace_file]") {
  const ScratchFolder folder;
  write_trace(folder / "t", parent());
  CHECK(open_at(folder / "t").path.view() == with_pid(folder / "t"));
  CHECK_FALSE(std::filesystem::exists(folder / "t.old"));
}

TEST_CASE("a trace that somebody writes stays where it is, whatever /proc says of the process", "[trace_file]") {
  const ScratchFolder folder;
  write_trace(folder / "t", gone());  // as a process of another container looks from here
  write_trace(with_pid(folder / "t"), gone());
  const auto writes = [](const std::string& path) {
    const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(flock(fd, LOCK_EX | LOCK_NB) == 0);
    return fd;
  };
  const int first = writes(folder / "t");
  const int second = writes(with_pid(folder / "t"));
  const OpenedTrace third = open_trace(path_text(folder / "t"), own_identity(), false);
  CHECK(third.path.view().starts_with(with_pid(folder / "t") + "."));
  CHECK_FALSE(std::filesystem::exists(folder / "t.old"));
  const int other = open(std::string(third.path.view()).c_str(), O_RDONLY | O_CLOEXEC);
  CHECK(flock(other, LOCK_SH | LOCK_NB) != 0);  // it is locked in its turn
  for (const int fd : {first, second, third.fd, other}) close(fd);
  CHECK(open_at(folder / "t").path.view() == folder / "t");
  CHECK(std::filesystem::exists(folder / "t.old"));
}

TEST_CASE("a file that is no trace is not touched", "[trace_file]") {
  const ScratchFolder folder;
  std::ofstream(folder / "t") << "somebody's text, long enough for a header" << std::string(200, '.');
  const std::string before = file_bytes(folder / "t");
  CHECK(open_at(folder / "t").path.view() == with_pid(folder / "t"));
  CHECK(file_bytes(folder / "t") == before);
}

TEST_CASE("symbolic links are not followed", "[trace_file]") {
  const ScratchFolder folder;
  std::ofstream(folder / "victim") << "precious";
  std::filesystem::create_symlink(folder / "victim", folder / "t");
  CHECK(open_at(folder / "t").path.view() == with_pid(folder / "t"));
  std::filesystem::create_symlink(folder / "victim", folder / "u");
  std::filesystem::create_symlink(folder / "victim", with_pid(folder / "u"));
  CHECK(open_at(folder / "u").path.view().starts_with(with_pid(folder / "u") + "."));
  CHECK(file_bytes(folder / "victim") == "precious");
}

TEST_CASE("after exec the own trace goes on", "[trace_file]") {
  const ScratchFolder folder;
  write_trace(folder / "t", own_identity());
  CHECK(open_at(folder / "t").continued);
  // The one with the pid is looked for first.
  write_trace(with_pid(folder / "t"), own_identity());
  const OpenedTrace opened = open_at(folder / "t");
  CHECK(opened.continued);
  CHECK(opened.path.view() == with_pid(folder / "t"));
}

TEST_CASE("a trace of another version is not continued", "[trace_file]") {
  const ScratchFolder folder;
  write_trace(folder / "t", own_identity());
  trace::TraceHeader header{};
  header.version = trace::kVersion + 1;
  std::fstream file(folder / "t", std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(offsetof(trace::TraceHeader, version));
  file.write(reinterpret_cast<const char*>(&header.version), sizeof header.version);
  file.close();
  CHECK_FALSE(open_at(folder / "t").continued);
}

TEST_CASE("a forked child never takes its parent's name", "[trace_file]") {
  const ScratchFolder folder;
  CHECK(open_at(folder / "t", true).path.view() == with_pid(folder / "t"));
  CHECK_FALSE(std::filesystem::exists(folder / "t"));
}

TEST_CASE("a missing folder is told", "[trace_file]") {
  const ScratchFolder folder;
  const OpenedTrace opened = open_at(folder / "missing/t");
  CHECK(opened.fd < 0);
  CHECK(opened.error == -ENOENT);
}
