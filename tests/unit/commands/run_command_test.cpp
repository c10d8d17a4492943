#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <iostream>

#include "commands/command.h"
#include "support/catch.h"
#include "support/scratch_folder.h"

using namespace memline::commands;
using memline::testing::ScratchFolder;

namespace {

/// `memline run ARGUMENTS` in a process of its own, since it ends as the program does. The status of waitpid.
/// `removed`: the folder is gone by then.
int run_status(const Arguments& arguments, const std::string& folder, std::string* said = nullptr,
               bool removed = false) {
  int text[2];
  REQUIRE(::pipe(text) == 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    std::filesystem::current_path(folder);
    if (removed) std::filesystem::remove(folder);
    ::dup2(text[1], STDERR_FILENO);
    ::close(text[0]);
    ::close(text[1]);
    ::_exit(run_command(arguments, {std::cout, std::cerr, {}}));
  }
  ::close(text[1]);
  char buffer[4096];
  ssize_t size = 0;
  while ((size = ::read(text[0], buffer, sizeof buffer)) > 0) {
    if (said != nullptr) said->append(buffer, static_cast<std::size_t>(size));
  }
  ::close(text[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("run: ends as the program does") {
  const ScratchFolder folder;
  int status = run_status({"sh", "-c", "exit 7"}, folder.path());
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
  status = run_status({"--", "sh", "-c", "exit 0"}, folder.path());
  CHECK(status == 0);
  status = run_status({"sh", "-c", "kill -SEGV $$"}, folder.path());
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGSEGV);
}

TEST_CASE("run: options end where the command begins") {
  const ScratchFolder folder;
  CHECK(run_status({"-o", "x.bin", "--children", "none", "--private", "sh", "-c",
                    "test \"$MEMLINE_OUT,$MEMLINE_CHILDREN,$MEMLINE_PRIVATE,$0\" = \"$PWD/x.bin,none,1,--children\"",
                    "--children"},
                   folder.path()) == 0);
  CHECK(run_status({"--children=none", "--", "sh", "-c", "test \"$MEMLINE_CHILDREN\" = none"}, folder.path()) == 0);
}

TEST_CASE("run: a wrong command line is exit code 2") {
  const ScratchFolder folder;
  for (const Arguments& arguments :
       {Arguments{}, Arguments{"--"}, Arguments{"-o", "x"}, Arguments{"--nonsense", "true"},
        Arguments{"--children", "some", "true"}, Arguments{"--max-trace", "much", "true"}, Arguments{"-o"}}) {
    const int status = run_status(arguments, folder.path());
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 2);
  }
}

TEST_CASE("run: a place where no trace can be made is refused before the program starts") {
  const ScratchFolder folder;
  const std::string file = folder.write("file", "");
  // root, too, has no file in /proc, whatever access() says
  const std::string of_proc = geteuid() == 0 ? ": Operation not permitted" : ": Permission denied";
  for (const auto& [where, reason] :
       {std::pair(folder.path("missing"), std::string(": No such file or directory")),
        std::pair(file, std::string(": Not a directory")), std::pair(std::string("/proc"), of_proc)}) {
    std::string said;
    const int status = run_status({"-o", where + "/x.bin", "touch", "started"}, folder.path(), &said);
    CHECK(WEXITSTATUS(status) == 2);
    CHECK(said == "memline: run: cannot write a trace into " + where + reason + "; -o FILE names another place\n");
    CHECK_FALSE(std::filesystem::exists(folder.path("started")));
  }
}

TEST_CASE("run: in a folder that has been removed a program runs with its trace elsewhere, and only so") {
  const ScratchFolder folder;
  const std::string gone = folder.path("gone");
  const auto status_in_gone = [&gone](std::string options, std::string* said) {
    std::filesystem::create_directory(gone);
    return run_status({"-o", std::move(options), "--children", "none", "sh", "-c", "exit 7"}, gone, said, true);
  };
  std::string said;
  CHECK(WEXITSTATUS(status_in_gone(folder.path("x.bin"), &said)) == 7);
  said.clear();
  CHECK(WEXITSTATUS(status_in_gone("x.bin", &said)) == 2);
  CHECK(said == "memline: run: cannot write a trace into .: No such file or directory; -o FILE names another place\n");
}

TEST_CASE("run: what cannot be run is 127 or 126, as in a shell") {
  const ScratchFolder folder;
  std::string said;
  int status = run_status({"memline-no-such-program"}, folder.path(), &said);
  CHECK(WEXITSTATUS(status) == 127);
  CHECK(said == "memline: cannot run memline-no-such-program: it was not found\n");
  said.clear();
  status = run_status({folder.write("text", "hello")}, folder.path(), &said);
  CHECK(WEXITSTATUS(status) == 126);
  CHECK(said == "memline: cannot run " + folder.path("text") + ": Permission denied\n");
  said.clear();
  status = run_status({folder.write("script", "#!/no/such/interpreter\n", true)}, folder.path(), &said);
  CHECK(WEXITSTATUS(status) == 127);
  CHECK(said == "memline: cannot run /no/such/interpreter: it is the interpreter of " + folder.path("script") +
                    " and was not found\n");
}

TEST_CASE("run: says what was not recorded and why") {
  const ScratchFolder folder;
  std::string said;
  CHECK(run_status({MEMLINE_STATIC_PROGRAM}, folder.path(), &said) == 0);
  CHECK(said.find("nothing was recorded of " MEMLINE_STATIC_PROGRAM ": it is statically linked") != std::string::npos);
}

TEST_CASE("run: a signal to memline alone reaches the program") {
  const ScratchFolder folder;
  const pid_t pid = ::fork();
  if (pid == 0) {
    std::filesystem::current_path(folder.path());
    const int null = ::open("/dev/null", O_WRONLY);
    ::dup2(null, STDERR_FILENO);
    ::_exit(run_command({"sh", "-c", "trap 'exit 5' TERM; touch ready; while :; do sleep 0.01; done"},
                        {std::cout, std::cerr, {}}));
  }
  for (int i = 0; i < 1000 && !std::filesystem::exists(folder.path("ready")); ++i) ::usleep(10000);
  ::kill(pid, SIGTERM);
  int status = 0;
  ::waitpid(pid, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 5);
}
