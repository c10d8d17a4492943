#include "symbols/split_unit.h"

#include <dwarf.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "symbols/die.h"

namespace memline::symbols {
namespace {

namespace fs = std::filesystem;

/// More functions than this are not looked at for one with a name. Compilers name every one, or none.
constexpr int kMostNameless = 64;

struct Search {
  std::string path;  ///< the first place where something is, or else where the compiler has put it
  bool exists = false, all_are_files = true;
};

/// Looks where libdw will, which opens the first that exists, and would wait on a FIFO for ever.
Search look_for(const fs::path& name, const fs::path& built_in, const std::string& module_path) {
  const fs::path folder = fs::path(module_path).parent_path();
  std::error_code failed;
  const fs::path real = fs::canonical(module_path, failed).parent_path();
  Search search;
  search.path = (built_in / name).lexically_normal().native();
  for (const fs::path& base : {folder, real, built_in, folder / built_in, real / built_in}) {
    const fs::path place = base / name;
    const fs::file_status status = fs::status(place, failed);
    if (!fs::exists(status)) continue;
    if (!search.exists) search.path = place.lexically_normal().native();
    search.exists = true;
    search.all_are_files = search.all_are_files && fs::is_regular_file(status);
  }
  return search;
}

bool is_named(Dwarf_Die function) {
  for (const Dwarf_Die& link : die::origins(function)) {
    if (die::has(link, DW_AT_name) || die::has(link, DW_AT_linkage_name)) return true;
  }
  return false;
}

/// Whether it has functions with code, and not one of them a name.
bool is_nameless(Dwarf_Die unit) {
  Dwarf_Die child;
  int nameless = 0;
  for (int status = dwarf_child(&unit, &child); status == 0 && nameless < kMostNameless;
       status = dwarf_siblingof(&child, &child)) {
    if (dwarf_tag(&child) != DW_TAG_subprogram) continue;
    if (!die::has(child, DW_AT_low_pc) && !die::has(child, DW_AT_ranges)) continue;
    if (is_named(child)) return false;
    ++nameless;
  }
  return nameless > 0;
}

}  // namespace

SplitUnit find_split_unit(Dwarf_Die skeleton, const std::string& module_path) {
  std::string_view name = die::text(skeleton, DW_AT_dwo_name);
  if (name.empty()) name = die::text(skeleton, DW_AT_GNU_dwo_name);
  const Search search =
      name.empty() ? Search{.path = module_path} : look_for(name, die::text(skeleton, DW_AT_comp_dir), module_path);
  SplitUnit out;
  if (!search.all_are_files) {
    out.fault = {search.path, SplitProblem::kNoFile};
    return out;
  }
  Dwarf_Die split{};
  std::uint8_t type = 0;
  if (dwarf_cu_info(skeleton.cu, nullptr, &type, nullptr, &split, nullptr, nullptr, nullptr) == 0 &&
      type == DW_UT_skeleton && split.cu != nullptr) {
    out.die = split;
    if (is_nameless(split)) out.fault = {search.path, SplitProblem::kNameless};
  } else {
    out.fault = {search.path, search.exists ? SplitProblem::kForeign : SplitProblem::kMissing};
  }
  return out;
}

}  // namespace memline::symbols
