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
  const std::string by_code = in_mebibytes(resident.lines);
  std::vector<std::string> notes;
  std::string text = "Resident: of the whole program";
  if (resident.is_filtered) {
    notes.push_back(fmt::format("Resident: {} by the code of these threads and spans.", by_code));
  } else {
    text += fmt::format(", {} by its code", by_code);
  }
  const auto add = [&text](std::int64_t bytes, const char* what) {
    if (bytes != 0) text += fmt::format(", {} {}", in_mebibytes(bytes), what);
  };
  add(resident.inherited, "inherited from its parent");
  add(resident.kernel, "filled by the kernel");
  add(resident.unknown, "given back without a call that is known");
  add(resident.profiler, "memline itself");
  const bool any_part = text.find(',') != std::string::npos;
  if (resident.rss)
    text += fmt::format("{} RSS at the last look {}", any_part ? ";" : ",", in_mebibytes(*resident.rss));
  if (any_part || resident.rss) notes.push_back(text + ".");
  return notes;
}

}  // namespace memline::views
