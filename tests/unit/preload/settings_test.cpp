#include "settings.h"

#include <string>

#include "support/catch.h"

using namespace memline::capture;

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
                                     "MEMLINE_SIDECAR=none",
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
  CHECK(settings.counters.view() == "page-faults");
  CHECK(settings.sidecar.view() == "none");
  CHECK(settings.mpi_rank.view() == "12");
  CHECK(settings.refused_count == 0);
}

TEST_CASE("an empty environment leaves the defaults", "[settings]") {
  const char* const environment[] = {
      "MEMLINE_OUT=", "MEMLINE_COUNTERS=", "MEMLINE_CHILDREN=", "MEMLINE_MAX_TRACE=", nullptr};
  Settings settings{};
  read_settings(environment, settings);
  CHECK(settings.out_pattern.view() == "trace.bin");
  CHECK_FALSE(settings.no_children);
  CHECK_FALSE(settings.start_paused);
  CHECK(settings.counters.empty());
  CHECK(settings.max_trace_bytes == 0);
  CHECK_FALSE(settings.no_free_stacks);
}

TEST_CASE("a value that is not understood is noted and leaves the default", "[settings]") {
  const char* const environment[] = {"MEMLINE_CHILDREN=None", "MEMLINE_MAX_TRACE=1T", "MEMLINE_UNWINDER=memline",
                                     "MEMLINE_FREE_STACKS=no\n", nullptr};
  Settings settings{};
  read_settings(environment, settings);
  CHECK_FALSE(settings.no_children);
  CHECK(settings.max_trace_bytes == 0);
  CHECK_FALSE(settings.no_free_stacks);
  REQUIRE(settings.refused_count == 3);
  CHECK(settings.refused[0].variable.view() == "MEMLINE_CHILDREN");
  CHECK(settings.refused[0].value.view() == "None");
  CHECK(settings.refused[0].allowed == std::string("all or none"));
  CHECK(settings.refused[1].value.view() == "1T");
  CHECK(settings.refused[2].value.view() == "no?");
}

TEST_CASE("no number of wrong variables is too many", "[settings]") {
  const char* environment[101] = {};
  for (int i = 0; i < 100; ++i) environment[i] = "MEMLINE_START=later";
  Settings settings{};
  read_settings(environment, settings);
  CHECK(settings.refused_count == Settings::kMostRefused);
}
