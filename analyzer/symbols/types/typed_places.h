/// \file TypedPlaces: which variable lies in a register or in memory at an address of the code, and of what type it is.
/// Reads what it is asked for, once. One thread at a time.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "symbols/dwarf_file.h"
#include "symbols/types/instruction.h"

namespace memline::symbols {

class TypedPlaces {
 public:
  /// `code` has the unwind tables and may be null; both must outlive it.
  TypedPlaces(DwarfFile& dwarf, const ElfFile* code) : dwarf_(&dwarf), code_(code) {}
  ~TypedPlaces();
  TypedPlaces(const TypedPlaces&) = delete;
  TypedPlaces& operator=(const TypedPlaces&) = delete;

  /// A type, and the scope of the unit's outline whose variable has it (kNoScope: a global).
  struct Typed {
    Dwarf_Die type{};
    std::uint32_t scope = kNoScope;
    std::int64_t moved = 0;  ///< the variable's value is the register's plus this
  };
  /// The variables whose value is in the register at `pc`, those of outer functions first.
  std::vector<Typed> in_register(const Outline& outline, std::uint64_t pc, Register number);
  /// The scalar that lies there at `pc`: a variable, or a part of one.
  std::optional<Typed> in_memory(const Outline& outline, std::uint64_t pc, const MemoryOperand& place);
  /// The variable (an array or a struct, most of all) whose own memory begins there or holds this place: its type and
  /// where in it the place is.
  struct Inside {
    Typed variable;
    std::uint64_t offset = 0;
  };
  std::optional<Inside> around(const Outline& outline, std::uint64_t pc, const MemoryOperand& place);

 private:
  enum class Where : std::uint8_t { kRegister, kMemory, kFrame, kValue };
  struct Place {
    AddressRange range;
    Where where = Where::kRegister;
    Register base = kNoRegister;
    std::int64_t offset = 0;
  };
  struct Variable {
    Dwarf_Die type{};
    std::uint64_t bytes = 0;
    std::vector<AddressRange> block;  ///< empty: all of the function
    std::vector<Place> places;
  };
  struct Global {
    std::uint64_t address = 0, bytes = 0;
    Dwarf_Die type{};
  };
  struct Base {
    Register base = kNoRegister;
    std::int64_t offset = 0;
  };

  const std::vector<Variable>& variables_of(const Outline& outline, std::uint32_t scope);
  void collect(Dwarf_Die parent, const std::vector<AddressRange>& block, int depth, std::vector<Variable>& out);
  void collect_globals(Dwarf_Die parent, int depth, std::vector<Global>& out);
  const std::vector<Global>& globals_of(const Outline& outline);
  std::optional<Base> frame_base(const Outline& outline, std::uint32_t function, std::uint64_t pc);
  std::optional<Base> call_frame(std::uint64_t pc);
  std::vector<std::uint32_t> scopes_at(const Outline& outline, std::uint64_t pc);

  DwarfFile* dwarf_;
  const ElfFile* code_;
  Dwarf_CFI* unwind_ = nullptr;
  bool unwind_is_open_ = false;
  std::unordered_map<const void*, std::vector<Variable>> variables_;  ///< by Dwarf_Die::addr of the scope
  std::unordered_map<const Dwarf_CU*, std::vector<Global>> globals_;
  std::unordered_map<std::uint64_t, std::optional<Base>> call_frames_;
};

}  // namespace memline::symbols
