#include "views/resident_notes.h"

#include <fmt/format.h>

#include <cstdlib>

namespace memline::views {
namespace {

std::string in_mebibytes(std::int64_t bytes) {
  return fmt::format("{:.3f} MiB", static_cast<double>(bytes) / (1 << 20));
}

}  // namespace

std::vector<std::string> resident_notes(const model::ResidentTotals& resident) {
  if (!resident.measured) {
    if (resident.reason.empty()) return {};
    return {"Resident: not available: " + resident.reason + "."};
  }
  std::string text = fmt::format("Resident: of the whole program, {} by its code", in_mebibytes(resident.lines));
  const auto add = [&text](std::int64_t bytes, const char* what) {
    if (bytes != 0) text += fmt::format(", {} {}", in_mebibytes(bytes), what);
  };
  add(resident.kernel, "filled by the kernel");
  add(resident.unknown, "given back without a call that is known");
  add(resident.profiler, "memline itself");
  if (resident.rss) text += fmt::format("; RSS at the last look {}", in_mebibytes(*resident.rss));
  return {text + "."};
}

}  // namespace memline::views
