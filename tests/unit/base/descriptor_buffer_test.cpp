#include "base/descriptor_buffer.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ostream>
#include <string>

#include "support/catch.h"

using memline::DescriptorBuffer;

TEST_CASE("what is written to a descriptor arrives, in order") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  {
    DescriptorBuffer buffer(ends[1]);
    std::ostream out(&buffer);
    out << "one" << ' ' << 2;
    out.flush();
    out << '\n';
    out.flush();
    CHECK(out.good());
    CHECK(buffer.error() == 0);
  }
  ::close(ends[1]);
  std::string text(100, '\0');
  text.resize(static_cast<std::size_t>(::read(ends[0], text.data(), text.size())));
  CHECK(text == "one 2\n");
  ::close(ends[0]);
}

TEST_CASE("a full disk is remembered though later writes are not tried") {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  DescriptorBuffer buffer(full);
  std::ostream out(&buffer);
  for (int i = 0; i < 100'000; ++i) out << "more than the buffer holds\n";
  errno = 0;
  out.flush();
  CHECK_FALSE(out.good());
  CHECK(buffer.error() == ENOSPC);
  ::close(full);
}

TEST_CASE("a reader that went away is EPIPE where SIGPIPE is ignored") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  ::close(ends[0]);
  auto* const before = std::signal(SIGPIPE, SIG_IGN);
  DescriptorBuffer buffer(ends[1]);
  std::ostream out(&buffer);
  for (int i = 0; i < 100'000; ++i) out << "more than the buffer holds\n";
  out.flush();
  CHECK(buffer.error() == EPIPE);
  std::signal(SIGPIPE, before);
  ::close(ends[1]);
}
