// Whatever goes wrong, the raw trace is still there, and nothing else is.
#include "commands/pack/pack_file.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "commands/run/trace_locator.h"
#include "support/catch.h"
#include "support/scratch_folder.h"
#include "support/trace_builder.h"

namespace memline::commands {
namespace {

namespace fs = std::filesystem;
using testing::ScratchFolder;

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A trace with `events` allocations; returns its path.
std::string write_trace(const ScratchFolder& folder, std::uint64_t events) {
  testing::TraceBuilder trace;
  trace.begin_image();
  const std::uint32_t stack = trace.stack(0, {0x100, 0x200});
  for (std::uint64_t i = 0; i < events; ++i) {
    trace.add(0, trace::Acquire{i, 0x1000 + i * 48, i * i % 5000, stack, trace::Origin::kMalloc});
  }
  std::string path = folder.path() + "/t.bin";
  trace.write(path);
  return path;
}

std::size_t files_in(const ScratchFolder& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder.path()), {}));
}

TEST_CASE("pack: the packed trace takes the raw one's place and permissions") {
  const ScratchFolder folder;
  const std::string path = write_trace(folder, 20'000);
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  const auto raw_bytes = fs::file_size(path);
  REQUIRE(pack_file(path, ""));
  CHECK(fs::file_size(path) < raw_bytes);
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read));
  CHECK(files_in(folder) == 1);
  const auto recording = replay::scan(path);
  REQUIRE(recording);
  CHECK(recording->images.at(0).events == 20'000);
  CHECK(pack_file(path, "").error().message == "is packed already");
}

TEST_CASE("pack: -o leaves the raw trace and every existing file alone") {
  const ScratchFolder folder;
  const std::string path = write_trace(folder, 100), out = folder.path() + "/packed.bin";
  const std::string before = bytes_of(path);
  REQUIRE(pack_file(path, out));
  CHECK(bytes_of(path) == before);
  const std::string packed = bytes_of(out);
  CHECK_FALSE(pack_file(path, out));
  CHECK(bytes_of(out) == packed);
  CHECK(files_in(folder) == 2);
}

TEST_CASE("pack: a full disk or an interruption leaves the raw trace as it was") {
  const ScratchFolder folder;
  const std::string path = write_trace(folder, 20'000);
  const std::string before = bytes_of(path);
  CHECK(pack_file(path, "", [] { return true; }).error().message == "packing was interrupted");
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit small{200, 200};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto result = pack_file(path, "");
    ::_exit(!result && result.error().message == "File too large" ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(bytes_of(path) == before);
  CHECK(files_in(folder) == 1);
}

TEST_CASE("pack: what is in the way is not written to") {
  const ScratchFolder folder;
  const std::string path = write_trace(folder, 100), victim = folder.path() + "/victim";
  std::ofstream(victim) << "keep";
  fs::create_symlink(victim, path + ".packing");
  CHECK_FALSE(pack_file(path, ""));
  CHECK(bytes_of(victim) == "keep");
  CHECK(fs::is_symlink(path + ".packing"));
  fs::remove(path + ".packing");
  const std::string link = folder.path() + "/link";
  fs::create_symlink(path, link);
  CHECK_FALSE(pack_file(link, ""));
  CHECK(fs::is_symlink(link));
}

TEST_CASE("pack: the trace of a running process is refused") {
  const ScratchFolder folder;
  testing::TraceBuilder trace;
  trace.begin_image();
  const ProcessName self = name_process(static_cast<std::uint32_t>(::getpid()));
  trace.header().pid = self.pid;
  trace.header().process_start = self.start;
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  std::erase(id, '-');
  for (std::size_t i = 0; i < 16; ++i) {
    trace.header().boot_id[i] = static_cast<std::uint8_t>(std::stoul(id.substr(2 * i, 2), nullptr, 16));
  }
  const std::string path = folder.path() + "/t.bin";
  trace.write(path);
  const auto result = pack_file(path, "");
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "is still being written; it can be packed once its process has ended");
}

}  // namespace
}  // namespace memline::commands
