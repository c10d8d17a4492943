#include "patience.h"

#include <atomic>
#include <thread>

#include "support/catch.h"

using namespace memline::capture;

TEST_CASE("patience lasts as long as it says, however quickly the others yield back", "[patience]") {
  constexpr std::uint64_t kMostNs = 30'000'000;
  const std::uint64_t begin = sys::monotonic_ns();
  Patience patience(kMostNs);
  while (patience.wait()) {
  }
  CHECK(sys::monotonic_ns() - begin >= kMostNs);
  CHECK_FALSE(patience.wait());
}

TEST_CASE("a thread that comes back within that time is met", "[patience]") {
  std::atomic<bool> done{false};
  std::thread other([&] {
    sys::sleep_ns(20'000'000);
    done = true;
  });
  Patience patience(60'000'000'000);
  bool in_time = true;
  while (!done && in_time) in_time = patience.wait();
  CHECK(in_time);
  other.join();
}
