#include "detached_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "support/catch.h"

namespace memline::capture {
namespace {

/// What the script says on its descriptor 3, to the end.
std::string answer_of(const char* script, const char* shell = "/bin/sh") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const char* const arguments[] = {shell, "-c", script, nullptr};
  const char* const environment[] = {"PATH=/usr/bin:/bin", "GIVEN=yes", nullptr};
  CHECK(start_detached({shell, arguments, environment, ends[1]}) == 0);
  ::close(ends[1]);
  std::string text;
  char bytes[512];
  for (ssize_t got = 0; (got = ::read(ends[0], bytes, sizeof bytes)) > 0;)
    text.append(bytes, static_cast<std::size_t>(got));
  ::close(ends[0]);
  return text;
}

TEST_CASE("a detached program gets its environment, one descriptor and nothing else", "[detached_process]") {
  int inherited[2];
  REQUIRE(::pipe(inherited) == 0);
  const std::string answer =
      answer_of("echo $GIVEN $(ls -l /proc/self/fd | grep -c -e pipe: -e socket:) >&3; readlink /proc/$$/fd/0 >&3");
  // of ls: the pipe to grep, and descriptor 3
  CHECK(answer == "yes 2\n/dev/null\n");
  ::close(inherited[0]);
  ::close(inherited[1]);
}

TEST_CASE("a detached program is no child, and leads a session with every signal blocked", "[detached_process]") {
  // by the shell itself: while it waits for a child, it blocks nothing
  const std::string answer = answer_of(
      "while read -r line; do case $line in PPid*|SigBlk*) echo \"$line\";; esac; done < /proc/self/status >&3;"
      "read -r line < /proc/self/stat; set -- $line; echo $6 >&3; echo $$ >&3");
  CHECK(answer.find("PPid:\t" + std::to_string(::getpid()) + '\n') == std::string::npos);
  INFO(answer);
  const std::size_t mask_at = answer.find("SigBlk:\t") + 8;
  const auto blocked = std::stoull(answer.substr(mask_at, 16), nullptr, 16);
  for (const int signal : {SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGALRM}) CHECK((blocked >> (signal - 1) & 1) == 1);
  const std::size_t numbers = answer.find('\n', answer.find("SigBlk")) + 1;
  const std::size_t middle = answer.find('\n', numbers);
  CHECK(answer.substr(numbers, middle - numbers) == answer.substr(middle + 1, answer.size() - middle - 2));
  errno = 0;
  CHECK(::waitpid(-1, nullptr, WNOHANG | __WALL) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("our own signal mask and descriptors are as before", "[detached_process]") {
  sigset_t before, after;
  ::sigprocmask(SIG_SETMASK, nullptr, &before);
  const int lowest = ::dup(0);
  ::close(lowest);
  CHECK(answer_of("echo here >&3") == "here\n");
  ::sigprocmask(SIG_SETMASK, nullptr, &after);
  for (int signal = 1; signal < NSIG; ++signal) CHECK(::sigismember(&before, signal) == ::sigismember(&after, signal));
  const int again = ::dup(0);
  ::close(again);
  CHECK(again == lowest);
}

TEST_CASE("a program that is not there says nothing", "[detached_process]") {
  CHECK(answer_of("", "/nowhere/sh").empty());
}

}  // namespace
}  // namespace memline::capture
