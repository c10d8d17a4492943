#include "commands/repeat/temporary_folder.h"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "support/catch.h"

namespace memline::commands {
namespace {

void put_file_into(const std::string& folder) {
  std::ofstream(folder + "/trace.bin") << "bytes";
}

TEST_CASE("a temporary folder goes with the object") {
  std::string path;
  {
    const auto folder = TemporaryFolder::make();
    REQUIRE(folder.ok());
    path = folder->path();
    put_file_into(path);
    CHECK(std::filesystem::exists(path + "/trace.bin"));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a temporary folder goes when its process is killed") {
  for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      std::signal(signal, SIG_DFL);  // not the test's own
      const auto folder = TemporaryFolder::make();
      if (!folder.ok()) ::_exit(1);
      put_file_into(folder->path());
      [[maybe_unused]] const ssize_t written = ::write(ends[1], folder->path().data(), folder->path().size());
      ::close(ends[1]);
      for (;;) ::pause();
    }
    ::close(ends[1]);
    std::string path(4096, '\0');
    const ssize_t size = ::read(ends[0], path.data(), path.size());
    ::close(ends[0]);
    REQUIRE(size > 0);
    path.resize(static_cast<std::size_t>(size));
    CHECK(std::filesystem::exists(path));
    ::kill(child, signal);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == signal));
    for (int waits = 0; waits < 2000 && std::filesystem::exists(path); ++waits) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    CHECK_FALSE(std::filesystem::exists(path));
  }
}

}  // namespace
}  // namespace memline::commands
