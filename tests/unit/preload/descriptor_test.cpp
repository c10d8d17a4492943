#include "descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include "support/catch.h"
#include "support/scratch_folder.h"

using memline::capture::HighDescriptor;

namespace {

int make(const std::string& path) {
  return open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

}  // namespace

TEST_CASE("a descriptor moves up and closes on exec", "[descriptor]") {
  const memline::testing::ScratchFolder folder;
  const std::string path = folder / "file";
  HighDescriptor descriptor;
  const int low = make(path);
  REQUIRE(descriptor.adopt(low));
  CHECK(fcntl(low, F_GETFD) == -1);
  const int high = descriptor.get(path.c_str(), O_RDWR, false);
  CHECK(high > low);
  CHECK((fcntl(high, F_GETFD) & FD_CLOEXEC) != 0);
  descriptor.drop();
  CHECK(fcntl(high, F_GETFD) == -1);
}

TEST_CASE("a descriptor that the program closed is opened again", "[descriptor]") {
  const memline::testing::ScratchFolder folder;
  const std::string path = folder / "file";
  HighDescriptor descriptor;
  REQUIRE(descriptor.adopt(make(path)));
  close(descriptor.get(path.c_str(), O_RDWR, false));
  CHECK(descriptor.get(path.c_str(), O_RDWR, false) >= 0);
  descriptor.drop();
}

TEST_CASE("a number that now belongs to the program is left alone", "[descriptor]") {
  const memline::testing::ScratchFolder folder;
  const std::string path = folder / "file";
  HighDescriptor descriptor;
  REQUIRE(descriptor.adopt(make(path)));
  const int number = descriptor.get(path.c_str(), O_RDWR, false);
  const int theirs = make(folder / "theirs");
  REQUIRE(dup2(theirs, number) == number);
  const int ours = descriptor.get(path.c_str(), O_RDWR, false);
  CHECK(ours >= 0);
  CHECK(ours != number);
  descriptor.drop();
  CHECK(fcntl(number, F_GETFD) != -1);
  close(number);
  close(theirs);
}

TEST_CASE("another file at the path is not taken for ours", "[descriptor]") {
  const memline::testing::ScratchFolder folder;
  const std::string path = folder / "file";
  HighDescriptor descriptor;
  REQUIRE(descriptor.adopt(make(path)));
  const int number = descriptor.get(path.c_str(), O_RDWR, false);
  const int keeps_inode = dup(number);
  close(number);
  unlink(path.c_str());
  close(make(path));
  CHECK(descriptor.get(path.c_str(), O_RDWR, false) == -1);
  close(keeps_inode);
}
