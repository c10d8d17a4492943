// What is read is what was written, by this user, whole; all else is as if it was not there.
#include "symbols/cache_folder.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "fixture.h"
#include "support/catch.h"

namespace memline::symbols::test {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

void overwrite(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

struct Fixture {
  ScratchFolder folder;
  std::string path = folder / "a/b/memline";
  std::string file = path + "/0123.symbols";

  void write(const std::string& content, const std::string& stamp = "stamp") {
    CacheFolder(path).write("0123", stamp, content);
  }
  std::optional<std::string> read(const std::string& stamp = "stamp") { return CacheFolder(path).read("0123", stamp); }
};

}  // namespace

TEST_CASE("what was written is read back, with the same stamp only", "[cache]") {
  Fixture f;
  CHECK_FALSE(f.read());
  CHECK_FALSE(fs::exists(f.folder / "a"));  // reading makes no folder
  f.write("content");
  CHECK(f.read() == "content");
  CHECK_FALSE(f.read("other"));
  CHECK_FALSE(f.read(""));
  f.write("", "");
  CHECK(f.read("") == "");
  CHECK_FALSE(f.read());
}

TEST_CASE("folder and files are the user's alone", "[cache]") {
  Fixture f;
  f.write("content");
  CHECK(fs::status(f.path).permissions() == fs::perms::owner_all);
  CHECK(fs::status(f.file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(std::distance(fs::directory_iterator(f.path), {}) == 1);  // nothing unfinished is left
}

TEST_CASE("what others could have written is not used", "[cache]") {
  Fixture f;
  f.write("content");
  SECTION("a file that the group may write") {
    fs::permissions(f.file, fs::perms::group_write, fs::perm_options::add);
    CHECK_FALSE(f.read());
  }
  SECTION("a folder that everybody may write") {
    fs::permissions(f.path, fs::perms::others_write, fs::perm_options::add);
    CHECK_FALSE(f.read());
    f.write("new");
    fs::permissions(f.path, fs::perms::others_write, fs::perm_options::remove);
    CHECK(f.read() == "content");  // nothing was written there either
  }
  SECTION("a link in place of the file") {
    fs::rename(f.file, f.folder / "elsewhere");
    fs::create_symlink(f.folder / "elsewhere", f.file);
    CHECK_FALSE(f.read());
    f.write("new");  // takes the place of the link, and leaves alone what it led to
    CHECK(f.read() == "new");
    CHECK(bytes_of(f.folder / "elsewhere").find("content") != std::string::npos);
  }
  SECTION("a link in place of the folder") {
    fs::rename(f.path, f.folder / "elsewhere");
    fs::create_directory_symlink(f.folder / "elsewhere", f.path);
    CHECK_FALSE(f.read());
  }
  SECTION("a FIFO in place of the file") {
    fs::remove(f.file);
    REQUIRE(::mkfifo(f.file.c_str(), 0600) == 0);
    CHECK_FALSE(f.read());
  }
}

TEST_CASE("a damaged file counts as absent, and is replaced", "[cache]") {
  Fixture f;
  f.write("content");
  const std::string good = bytes_of(f.file);
  for (std::size_t i = 0; i < good.size(); ++i) {
    CAPTURE(i);
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    overwrite(f.file, bad);
    CHECK_FALSE(f.read());
    overwrite(f.file, good.substr(0, i));
    CHECK_FALSE(f.read());
  }
  overwrite(f.file, good + "x");
  CHECK_FALSE(f.read());
  f.write("content");
  CHECK(f.read() == "content");
}

TEST_CASE("no cache where there is no absolute path, or nothing can be written", "[cache]") {
  for (const char* path : {"", "relative", "/dev/null/memline"}) {
    CAPTURE(path);
    CacheFolder cache(path);
    cache.write("0123", "stamp", "content");
    CHECK_FALSE(cache.read("0123", "stamp"));
  }
  CHECK_FALSE(fs::exists("relative"));
}

TEST_CASE("the folder stays below its bound: what was not used for longest goes", "[cache]") {
  Fixture f;
  const std::string content(1000, 'x');
  const auto at = [&](const std::string& name) { return fs::exists(f.path + "/" + name + ".symbols"); };
  const auto age = [&](const std::string& name, int hours) {
    fs::last_write_time(f.path + "/" + name + ".symbols", fs::file_time_type::clock::now() - std::chrono::hours(hours));
  };
  const std::string old = "01", used = "02", newer = "03", newest = "04";
  {
    CacheFolder roomy(f.path);
    for (const std::string& name : {old, used, newer}) roomy.write(name, "", content);
    age(old, 3), age(used, 9), age(newer, 2);
    CHECK(roomy.read(used, ""));  // reading is using
  }
  // Whatever else somebody keeps there is none of ours.
  overwrite(f.path + "/letter.new.txt", content);
  overwrite(f.path + "/greek.symbols", content);
  for (const char* name : {"/letter.new.txt", "/greek.symbols"}) {
    fs::last_write_time(f.path + name, fs::file_time_type::clock::now() - std::chrono::hours(99));
  }
  CacheFolder(f.path, 3500).write(newest, "", content);
  CHECK_FALSE(at(old));
  CHECK(at(used));
  CHECK(at(newer));
  CHECK(at(newest));
  CacheFolder(f.path, 500).write("05", "", content);
  CHECK_FALSE(at("05"));
  CHECK(at(newest));
  CHECK(fs::exists(f.path + "/letter.new.txt"));
  CHECK(at("greek"));
}

TEST_CASE("many may read and write at once; each sees the whole of something", "[cache]") {
  Fixture f;
  const auto content = [](int number) { return std::string(5000, static_cast<char>('a' + number)); };
  std::vector<std::thread> threads;
  std::vector<int> torn(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        CacheFolder cache(f.path);
        cache.write("0123", "stamp", content((t + i) % 8));
        const auto seen = cache.read("0123", "stamp");
        bool whole = false;
        for (int n = 0; n < 8; ++n) whole = whole || (seen && *seen == content(n));
        torn[static_cast<std::size_t>(t)] += whole ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(torn == std::vector<int>(4));
}

}  // namespace memline::symbols::test
