#include "settings.h"

#include "support/catch.h"

using namespace memline::capture;

TEST_CASE("sizes take a binary suffix", "[settings]") {
  std::uint64_t size = 0;
  CHECK(parse_size("0", size));
  CHECK(size == 0);
  CHECK(parse_size("123", size));
  CHECK(size == 123);
  CHECK(parse_size("3K", size));
  CHECK(size == 3 * 1024);
  CHECK(parse_size("2m", size));
  CHECK(size == 2 * 1024 * 1024);
  CHECK(parse_size("5G", size));
  CHECK(size == 5ULL * 1024 * 1024 * 1024);
}

TEST_CASE("what is not a size is refused", "[settings]") {
  std::uint64_t size = 7;
  for (const char* text : {"", "K", "12T", "1KB", "-1", "1 K", "18446744073709551616", "18446744073709551615K"}) {
    CHECK_FALSE(parse_size(text, size));
  }
  CHECK(size == 7);
}

TEST_CASE("variables set what they name, others nothing", "[settings]") {
  const char* const environment[] = {"PATH=/bin",
                                     "MEMLINE_OUT=/tmp/%p.bin",
                                     "MEMLINE_CHILDREN=none",
                                     "MEMLINE_START=paused",
                                     "MEMLINE_MAX_TRACE=1M",
                                     "MEMLINE_FREE_STACKS=0",
                                     "MEMLINE_UNWINDER=libunwind",
                                     "MEMLINE_PRIVATE=1",
                                     "MEMLINE_COUNTERS=page-faults",
                                     "PMI_RANK=12",
                                     "MEMLINE_OUTER=x",
                                     "no equals sign",
                                     nullptr};
  Settings settings{};
  read_settings(environment, settings);
  CHECK(settings.out_pattern.view() == "/tmp/%p.bin");
  CHECK(settings.no_children);
  CHECK(settings.start_paused);
  CHECK(settings.max_trace_bytes == 1024 * 1024);
  CHECK(settings.no_free_stacks);
  CHECK(settings.libunwind);
  CHECK(settings.is_private);
  CHECK(settings.own_stamps);
  CHECK(settings.mpi_rank.view() == "12");
}

TEST_CASE("an empty environment leaves the defaults", "[settings]") {
  const char* const environment[] = {"MEMLINE_OUT=", "MEMLINE_COUNTERS=", "MEMLINE_CHILDREN=some", nullptr};
  Settings settings{};
  read_settings(environment, settings);
  CHECK(settings.out_pattern.view() == "trace.bin");
  CHECK_FALSE(settings.no_children);
  CHECK_FALSE(settings.start_paused);
  CHECK_FALSE(settings.own_stamps);
  CHECK(settings.max_trace_bytes == 0);
  CHECK_FALSE(settings.no_free_stacks);
}
