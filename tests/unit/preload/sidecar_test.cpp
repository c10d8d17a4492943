#include "sidecar.h"

#include <string>
#include <vector>

#include "support/catch.h"

namespace memline::capture {
namespace {

TEST_CASE("the names in a list of counters", "[sidecar]") {
  const auto names = [](std::string_view list) {
    std::vector<std::string> found;
    for_each_counter(list, [&](std::string_view name) { found.emplace_back(name); });
    return found;
  };
  using Names = std::vector<std::string>;
  CHECK(names("task-clock") == Names{"task-clock"});
  CHECK(names("task-clock,,page-faults,") == Names{"task-clock", "page-faults"});
  CHECK(names("cpu/event=1,umask=2/,r01c2") == Names{"cpu/event=1,umask=2/", "r01c2"});
  CHECK(names("cpu/event=1,umask=2") == Names{"cpu/event=1,umask=2"});
  CHECK(names("").empty());
}

TEST_CASE("a sidecar is needed where something is asked for that nobody does", "[sidecar]") {
  TraceSpace none;
  Settings settings{};
  CHECK_FALSE(needs_sidecar(settings, none, false));
  settings.counters.add("task-clock");
  CHECK(needs_sidecar(settings, none, false));
  settings.sidecar.add("none");
  CHECK_FALSE(needs_sidecar(settings, none, false));
  Settings faults{};
  faults.every_fault = true;
  CHECK(needs_sidecar(faults, none, false));
}

}  // namespace
}  // namespace memline::capture
