#include "model/source_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <limits>

#include "support/catch.h"
#include "support/scratch_folder.h"

namespace memline::model {
namespace {

using testing::ScratchFolder;

constexpr std::int64_t kLongAgo = 1;
constexpr std::int64_t kFarAhead = std::numeric_limits<std::int64_t>::max();

TEST_CASE("a file's lines are read from its recorded path") {
  const ScratchFolder folder;
  const std::string path = folder.write("a.cpp", "one\r\ntwo\n\nfour");
  SourceCache cache({});
  const SourceFile& file = cache.file(path, kFarAhead);
  CHECK(file.state == SourceState::kOk);
  CHECK(file.lines == std::vector<std::string>{"one", "two", "", "four"});
  CHECK(file.has_line(4));
  CHECK_FALSE(file.has_line(0));
  CHECK_FALSE(file.has_line(5));
}

TEST_CASE("a byte order mark is no part of the first line, and long lines are cut") {
  const ScratchFolder folder;
  const std::string path = folder.write("a.cpp",
                                        "\xef\xbb\xbf"
                                        "first\n" +
                                            std::string(5000, 'x'));
  SourceCache cache({});
  const SourceFile& file = cache.file(path, 0);
  REQUIRE(file.lines.size() == 2);
  CHECK(file.lines[0] == "first");
  CHECK(file.lines[1].size() == SourceCache::kMostLineBytes + 3);
}

TEST_CASE("a file that changed after the build is shown, and said to be newer") {
  const ScratchFolder folder;
  SourceCache cache({});
  const SourceFile& file = cache.file(folder.write("a.cpp", "x\n"), kLongAgo);
  CHECK(file.state == SourceState::kNewer);
  CHECK(file.lines.size() == 1);
}

TEST_CASE("a missing file is looked for under the source folders by the end of its path") {
  const ScratchFolder folder;
  const std::string other = folder.write("checkout/src/deep/a.cpp", "found\n");
  folder.write("checkout/a.cpp", "wrong one\n");
  SourceCache cache({folder / "checkout"});
  const SourceFile& file = cache.file("/build/machine/src/deep/a.cpp", kFarAhead);
  CHECK(file.state == SourceState::kOk);
  CHECK(file.path == other);
  CHECK(file.lines == std::vector<std::string>{"found"});
}

TEST_CASE("a source folder is preferred to a recorded path that is newer than the program") {
  const ScratchFolder folder;
  const std::string recorded = folder.write("work/a.cpp", "new\n");
  const std::string kept = folder.write("kept/a.cpp", "old\n");
  struct timespec times[2] = {{1000, 0}, {1000, 0}};
  REQUIRE(::utimensat(AT_FDCWD, kept.c_str(), times, 0) == 0);
  SourceCache cache({folder / "kept"});
  const SourceFile& file = cache.file(recorded, 2000);
  CHECK(file.state == SourceState::kOk);
  CHECK(file.lines == std::vector<std::string>{"old"});
}

TEST_CASE("what is no regular file is not opened") {
  const ScratchFolder folder;
  REQUIRE(::mkfifo((folder / "pipe.cpp").c_str(), 0600) == 0);
  std::filesystem::create_directories(folder / "folder.cpp");
  SourceCache cache({});
  CHECK(cache.file(folder / "pipe.cpp", 0).state == SourceState::kUnreadable);
  CHECK(cache.file(folder / "folder.cpp", 0).state == SourceState::kUnreadable);
  CHECK(cache.file("/dev/zero", 0).state == SourceState::kUnreadable);
  CHECK(cache.file(folder / "none.cpp", 0).state == SourceState::kMissing);
  CHECK(cache.file("", 0).state == SourceState::kUnknown);
}

TEST_CASE("a huge file is not read") {
  const ScratchFolder folder;
  const std::string path = folder.write("big.cpp", "x");
  REQUIRE(::truncate(path.c_str(), static_cast<off_t>(SourceCache::kMostBytes) + 1) == 0);
  SourceCache cache({});
  CHECK(cache.file(path, 0).state == SourceState::kUnreadable);
  CHECK(cache.file(path, 0).lines.empty());
}

}  // namespace
}  // namespace memline::model
