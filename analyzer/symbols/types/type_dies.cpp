#include "symbols/types/type_dies.h"

#include <dwarf.h>

#include <limits>
#include <string_view>
#include <vector>

#include "symbols/die.h"
#include "symbols/types/type_spelling.h"

namespace memline::symbols {
namespace {

constexpr int kMaxLinks = 32;
constexpr int kMaxTypeNesting = 16;
constexpr int kMaxOuterScopes = 64;
constexpr int kMaxMembers = 4096;
/// "char name[8]" at a struct's end: before C99 that, or one element of anything, was how to say "and as many as there are".
constexpr std::uint64_t kMostTailBytes = 8;

bool is_transparent(int tag) {
  return tag == DW_TAG_typedef || tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
         tag == DW_TAG_restrict_type || tag == DW_TAG_atomic_type;
}

bool is_aggregate(int tag) {
  return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
}

bool is_pointer(int tag) {
  return tag == DW_TAG_pointer_type || tag == DW_TAG_reference_type || tag == DW_TAG_rvalue_reference_type;
}

/// The number of elements; nothing where it has no bound.
std::optional<std::uint64_t> element_count(Dwarf_Die array) {
  Dwarf_Die child{};
  if (dwarf_child(&array, &child) != 0) return std::nullopt;
  std::uint64_t count = 1;
  int steps = 0;
  do {
    if (dwarf_tag(&child) != DW_TAG_subrange_type) continue;
    std::optional<std::uint64_t> bound = die::number(child, DW_AT_count);
    if (!bound) {
      bound = die::number(child, DW_AT_upper_bound);
      if (!bound || *bound == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
      ++*bound;
    }
    if (*bound > std::uint64_t{1} << 40 || count > std::uint64_t{1} << 20) return std::nullopt;
    count *= *bound;
  } while (dwarf_siblingof(&child, &child) == 0 && ++steps < kMaxMembers);
  return count;
}

/// Calls function(member, its offset) until that returns true.
template <class Function>
void for_each_member(Dwarf_Die aggregate, Function&& function) {
  Dwarf_Die child{};
  if (dwarf_child(&aggregate, &child) != 0) return;
  int steps = 0;
  do {
    const int tag = dwarf_tag(&child);
    if (tag != DW_TAG_member && tag != DW_TAG_inheritance) continue;
    if (die::has(child, DW_AT_external) || die::has(child, DW_AT_bit_size)) continue;  // static members, bit fields
    if (function(child, die::number(child, DW_AT_data_member_location).value_or(0))) return;
  } while (dwarf_siblingof(&child, &child) == 0 && ++steps < kMaxMembers);
}

std::uint64_t bytes_of(Dwarf_Die type, int depth) {
  const std::optional<Dwarf_Die> bare = bare_type(type);
  if (!bare || depth > kMaxTypeNesting) return 0;
  if (const std::optional<std::uint64_t> bytes = die::number(*bare, DW_AT_byte_size)) return *bytes;
  Dwarf_Die copy = *bare;
  const int tag = dwarf_tag(&copy);
  if (is_pointer(tag)) return sizeof(std::uint64_t);
  if (tag != DW_TAG_array_type) return 0;
  const std::optional<Dwarf_Die> element = type_of(*bare);
  const std::optional<std::uint64_t> count = element_count(*bare);
  if (!element || !count) return 0;
  const std::uint64_t bytes = bytes_of(*element, depth + 1);
  return bytes > std::uint64_t{1} << 20 && *count > std::uint64_t{1} << 40 ? 0 : bytes * *count;
}

std::optional<Dwarf_Die> scalar_in(Dwarf_Die type, std::uint64_t offset, int depth) {
  const std::optional<Dwarf_Die> bare = bare_type(type);
  if (!bare || depth > kMaxTypeNesting) return std::nullopt;
  Dwarf_Die copy = *bare;
  const int tag = dwarf_tag(&copy);
  if (tag == DW_TAG_array_type) {
    const std::optional<Dwarf_Die> element = type_of(*bare);
    const std::uint64_t bytes = element ? bytes_of(*element, depth + 1) : 0;
    return bytes == 0 ? std::nullopt : scalar_in(*element, offset % bytes, depth + 1);
  }
  if (!is_aggregate(tag)) return offset == 0 ? bare : std::nullopt;
  std::optional<Dwarf_Die> found;
  for_each_member(*bare, [&](Dwarf_Die member, std::uint64_t begin) {
    const std::optional<Dwarf_Die> member_type = type_of(member);
    if (!member_type || offset < begin) return false;
    const std::uint64_t bytes = bytes_of(*member_type, depth + 1);
    if (bytes != 0 && offset - begin >= bytes) return false;
    const std::optional<Dwarf_Die> inner = scalar_in(*member_type, offset - begin, depth + 1);
    if (inner && (!found || pointee_of(*inner))) found = inner;
    return found && pointee_of(*found);  // of a union's members that which points to something
  });
  return found;
}

/// The scopes around a type and its own name.
std::string qualified(DwarfFile& dwarf, Dwarf_Die type) {
  std::string name(die::text(type, DW_AT_name));
  if (name.empty()) return "";
  const Outline* outline = dwarf.outline_of(type);
  if (outline == nullptr) return name;
  std::uint32_t scope = outline->parent_of(type.addr);
  for (int steps = 0; scope != kNoScope && steps < kMaxOuterScopes; ++steps) {
    const Scope& around = outline->scopes()[scope];
    Dwarf_Die die = die::at(outline->unit(), around.begin);
    std::string_view part;
    for (const Dwarf_Die& link : die::origins(die)) {
      if (part.empty()) part = die::text(link, DW_AT_name);
    }
    if (part.empty() && around.kind == ScopeKind::kNamespace) part = "(anonymous namespace)";
    if (!part.empty()) name.insert(0, std::string(part) + "::");
    scope = around.parent;
  }
  return name;
}

std::string spelled(DwarfFile& dwarf, Dwarf_Die type, int depth) {
  if (depth > kMaxTypeNesting) return "";
  std::string_view alias;
  for (int link = 0; link < kMaxLinks && is_transparent(dwarf_tag(&type)); ++link) {
    const bool is_const = dwarf_tag(&type) == DW_TAG_const_type;
    if (dwarf_tag(&type) == DW_TAG_typedef) alias = die::text(type, DW_AT_name);
    const std::optional<Dwarf_Die> next = type_of(type);
    if (!next) return is_const ? "const void" : "void";
    if (is_const && depth > 0) {
      const std::string inner = spelled(dwarf, *next, depth + 1);
      return inner.ends_with('*') ? inner + " const" : "const " + inner;
    }
    type = *next;
  }
  const int tag = dwarf_tag(&type);
  if (is_pointer(tag)) {
    const std::string_view sign = tag == DW_TAG_pointer_type ? "*" : tag == DW_TAG_reference_type ? "&" : "&&";
    // Rust names its pointers.
    if (const std::string_view own = die::text(type, DW_AT_name); !own.empty()) return std::string(own);
    const std::optional<Dwarf_Die> target = type_of(type);
    if (!target) return "void" + std::string(sign);
    Dwarf_Die function = bare_type(*target).value_or(*target);
    if (dwarf_tag(&function) == DW_TAG_subroutine_type) return alias.empty() ? "(function)*" : std::string(alias);
    const std::string inner = spelled(dwarf, *target, depth + 1);
    return inner.empty() ? "" : inner + std::string(sign);
  }
  if (tag == DW_TAG_array_type) {
    const std::optional<Dwarf_Die> element = type_of(type);
    const std::optional<std::uint64_t> count = element_count(type);
    const std::string inner = element ? spelled(dwarf, *element, depth + 1) : "";
    return inner.empty() ? "" : inner + "[" + (count ? std::to_string(*count) : "") + "]";
  }
  std::string name = qualified(dwarf, type);
  return name.empty() ? std::string(alias) : name;
}

void add_parameter_types(Dwarf_Die parent, int depth, std::vector<Dwarf_Die>& out) {
  Dwarf_Die child{};
  if (depth > 1 || dwarf_child(&parent, &child) != 0) return;
  int steps = 0;
  do {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_GNU_formal_parameter_pack) add_parameter_types(child, depth + 1, out);
    if (tag != DW_TAG_formal_parameter) continue;
    if (const std::optional<Dwarf_Die> type = type_of(child)) out.push_back(*type);
  } while (dwarf_siblingof(&child, &child) == 0 && ++steps < kMaxMembers);
}

}  // namespace

std::optional<Dwarf_Die> type_of(Dwarf_Die die) {
  Dwarf_Attribute value{};
  Dwarf_Die target{};
  if (dwarf_attr_integrate(&die, DW_AT_type, &value) == nullptr) return std::nullopt;
  if (dwarf_formref_die(&value, &target) == nullptr || target.cu == nullptr) return std::nullopt;
  return target;
}

std::optional<Dwarf_Die> bare_type(Dwarf_Die type) {
  for (int link = 0; link < kMaxLinks; ++link) {
    if (!is_transparent(dwarf_tag(&type))) {
      // Of a type that has a unit of its own the others have but the name.
      const std::optional<Dwarf_Die> whole = die::reference(type, DW_AT_signature);
      return whole ? whole : type;
    }
    const std::optional<Dwarf_Die> next = type_of(type);
    if (!next) return std::nullopt;
    type = *next;
  }
  return std::nullopt;
}

std::optional<Dwarf_Die> pointee_of(Dwarf_Die type) {
  std::optional<Dwarf_Die> bare = bare_type(type);
  if (!bare || !is_pointer(dwarf_tag(&*bare))) return std::nullopt;
  const std::optional<Dwarf_Die> target = type_of(*bare);
  if (!target) return std::nullopt;
  std::optional<Dwarf_Die> end = bare_type(*target);  // nothing behind "const void"
  if (!end || dwarf_tag(&*end) == DW_TAG_subroutine_type) return std::nullopt;
  return target;
}

bool is_untyped_pointer(Dwarf_Die type) {
  std::optional<Dwarf_Die> bare = bare_type(type);
  if (!bare || dwarf_tag(&*bare) != DW_TAG_pointer_type) return false;
  const std::optional<Dwarf_Die> target = type_of(*bare);
  return !target || !bare_type(*target);
}

std::optional<Dwarf_Die> element_of(Dwarf_Die type) {
  std::optional<Dwarf_Die> bare = bare_type(type);
  return bare && dwarf_tag(&*bare) == DW_TAG_array_type ? type_of(*bare) : std::nullopt;
}

std::optional<Dwarf_Die> scalar_at(Dwarf_Die type, std::uint64_t offset) {
  return scalar_in(type, offset, 0);
}

std::uint64_t size_of(Dwarf_Die type) {
  return bytes_of(type, 0);
}

bool is_open_ended(Dwarf_Die type) {
  std::optional<Dwarf_Die> bare = bare_type(type);
  if (!bare || !is_aggregate(dwarf_tag(&*bare))) return false;
  const bool is_union = dwarf_tag(&*bare) == DW_TAG_union_type;
  bool open = false;
  for_each_member(*bare, [&](Dwarf_Die member, std::uint64_t) {
    const std::optional<Dwarf_Die> member_type = type_of(member);
    std::optional<Dwarf_Die> inner = member_type ? bare_type(*member_type) : std::nullopt;
    const bool is_array = inner && dwarf_tag(&*inner) == DW_TAG_array_type;
    open = false;
    if (!is_array) return false;
    const std::uint64_t count = element_count(*inner).value_or(0);
    open = count == 0 || (!is_union && (count == 1 || (count <= kMostTailBytes && bytes_of(*inner, 0) == count)));
    return false;
  });
  return open;
}

std::string name_of(DwarfFile& dwarf, Dwarf_Die type) {
  return usual_spelling(spelled(dwarf, type, 0));
}

bool is_scalar(Dwarf_Die type) {
  std::optional<Dwarf_Die> bare = bare_type(type);
  if (!bare) return false;
  const int tag = dwarf_tag(&*bare);
  return tag == DW_TAG_base_type || tag == DW_TAG_enumeration_type || is_pointer(tag);
}

std::vector<Dwarf_Die> parameter_types(Dwarf_Die function) {
  std::vector<Dwarf_Die> types;
  const std::optional<Dwarf_Die> start = die::reference(function, DW_AT_abstract_origin);
  for (const Dwarf_Die& link : die::origins(start ? *start : function)) {
    add_parameter_types(link, 0, types);
    if (!types.empty()) break;
  }
  return types;
}

std::optional<Dwarf_Die> argument_type(Dwarf_Die function, std::size_t number) {
  // A class as result or argument may take registers, or none.
  const std::optional<Dwarf_Die> result = type_of(function);
  if (result && bare_type(*result) && !is_scalar(*result)) return std::nullopt;
  for (const Dwarf_Die& type : parameter_types(function)) {
    std::optional<Dwarf_Die> bare = bare_type(type);
    if (!bare || !is_scalar(type)) return std::nullopt;
    if (die::number(*bare, DW_AT_encoding) == DW_ATE_float) continue;
    if (number-- == 0) return type;
  }
  return std::nullopt;
}

std::optional<std::size_t> out_argument(Dwarf_Die function) {
  const std::optional<Dwarf_Die> result = type_of(function);
  if (result && (pointee_of(*result) || is_untyped_pointer(*result))) return std::nullopt;
  std::optional<std::size_t> found;
  for (std::size_t number = 0; number < kMaxMembers; ++number) {
    const std::optional<Dwarf_Die> type = argument_type(function, number);
    if (!type) break;
    const std::optional<Dwarf_Die> pointee = pointee_of(*type);
    if (!pointee || !is_untyped_pointer(*pointee)) continue;
    if (found) return std::nullopt;
    found = number;
  }
  return found;
}

std::optional<Dwarf_Die> constructed_class(DwarfFile& dwarf, Dwarf_Die function) {
  std::optional<Dwarf_Die> start = die::reference(function, DW_AT_abstract_origin);
  const std::vector<Dwarf_Die> chain = die::origins(start ? *start : function);
  std::string_view name;
  for (const Dwarf_Die& link : chain) {
    if (name.empty()) name = die::text(link, DW_AT_name);
  }
  if (name.empty()) return std::nullopt;
  const Dwarf_Die declared = chain.back();
  const Outline* outline = dwarf.outline_of(declared);
  const std::uint32_t scope = outline == nullptr ? kNoScope : outline->parent_of(declared.addr);
  if (scope == kNoScope || outline->scopes()[scope].kind != ScopeKind::kType) return std::nullopt;
  const Dwarf_Die type = die::at(outline->unit(), outline->scopes()[scope].begin);
  const TemplateParts class_parts = template_parts(die::text(type, DW_AT_name));
  // A constructor template's name has its own arguments.
  if (template_parts(name).name != class_parts.name) return std::nullopt;
  return type;
}

}  // namespace memline::symbols
