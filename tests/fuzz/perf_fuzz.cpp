// Any bytes as records of a perf ring, and walks of the stacks in them.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <variant>
#include <vector>

#include "sampling/code_map.h"
#include "sampling/perf_record.h"
#include "sampling/stack_walk.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace memline::sampling;  // NOLINT(google-build-using-namespace): a program of one file
  std::span<const std::byte> rest = std::as_bytes(std::span(data, size));
  CodeFiles files;
  CodeMap code;
  std::vector<WalkedFrame> frames;
  while (rest.size() >= sizeof(perf_event_header)) {
    perf_event_header header{};
    std::memcpy(&header, rest.data(), sizeof header);
    if (header.size < sizeof header || header.size > rest.size()) break;
    const PerfRecord record = parse_record(rest.first(header.size), [](std::uint64_t event) { return event % 2 == 1; });
    if (const auto* map = std::get_if<MapRecord>(&record); map != nullptr && !map->path.starts_with('/')) {
      code.add(*map, files);
    }
    if (const auto* sample = std::get_if<SampleRecord>(&record)) walk_stack(*sample, code, frames);
    rest = rest.subspan(header.size);
  }
  return 0;
}
