/// \file CallTypeFinder: reads out of one module's debug information and code what a call's result is used as.
///
/// Bounded whatever the data: no chain, loop or nesting of damaged debug information is followed for long. One thread at
/// a time.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "symbols/dwarf_file.h"
#include "symbols/types/call_types.h"
#include "symbols/types/imported_calls.h"
#include "symbols/types/instruction.h"
#include "symbols/types/pointer_walk.h"
#include "symbols/types/typed_places.h"

namespace memline::symbols {

class CallTypeFinder {
 public:
  /// `code`: the file with the machine code, null if it is not at hand. Both must outlive it.
  CallTypeFinder(DwarfFile& dwarf, const ElfFile* code)
      : dwarf_(&dwarf), code_(code), places_(dwarf, code), imported_(code, decoder_) {}

  CallTypes find(std::uint64_t return_address);

 private:
  /// One call: the scopes around it, innermost first; the last one is the function.
  struct Site {
    const Outline* outline = nullptr;
    std::uint32_t unit = 0;
    std::uint64_t return_address = 0;
    std::vector<std::uint32_t> scopes;
    std::size_t asking = 0;  ///< the scope that wants the object: outside of operator new
  };

  CallTypes find_in(Site site);
  void add_inlined_constructors(const Site& site, const PointerWalk& walk, CallTypes& out);
  void add_called_constructors(const Site& site, const PointerWalk& walk, CallTypes& out);
  void add_sightings(const Site& site, const PointerWalk& walk, CallTypes& out);
  /// A struct with bytes right behind it is one of a variable length, as one whose last member has no bound.
  void mark_tails(const PointerWalk& walk, CallTypes& out);
  void add_arguments(const Site& site, const PointerWalk& walk, CallTypes& out);
  void add_results(const Site& site, const PointerWalk& walk, CallTypes& out);
  /// Where nothing else is known: what is behind a head of unknown size, as of strings that know their length.
  void add_bytes(const Site& site, const PointerWalk& walk, CallTypes& out);
  void add(Dwarf_Die type, std::int64_t offset, TypeClue clue, CallTypes& out);
  bool may_get_pointer(Dwarf_Die constructor, Dwarf_Die built, bool of_array) const;
  std::optional<Dwarf_Die> called_function(const Site& site, const Instruction& call);
  Dwarf_Die scope_die(const Outline& outline, std::uint32_t scope) const;

  DwarfFile* dwarf_;
  const ElfFile* code_;
  TypedPlaces places_;
  InstructionDecoder decoder_;
  ImportedCalls imported_;
  /// By address of the function's DIE: what its calls return to, and the function that is called.
  std::unordered_map<const void*, std::unordered_map<std::uint64_t, Dwarf_Die>> calls_;
};

}  // namespace memline::symbols
