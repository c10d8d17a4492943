/// \file Rows of .eh_frame: for one code address, where the CFA and the caller's registers are.
///
/// Pure functions over a bounded piece of memory, callable on arbitrary bytes: every read is checked, every loop ends
/// with its input. They own nothing, keep nothing and report trouble as `false`, whatever was found until then.
#pragma once

#include <cstddef>
#include <cstdint>

#include "unwinder/byte_reader.h"

namespace memline::capture {

/// A piece of .eh_frame or .eh_frame_hdr: its bytes, and the address at which the program sees the first of them.
struct Section {
  const std::uint8_t* data;
  std::size_t size;
  std::uint64_t address;
};

/// DWARF numbers of the x86-64 registers that take part in unwinding; the return address counts as one of them.
inline constexpr unsigned kRegisterBp = 6;
inline constexpr unsigned kRegisterSp = 7;
inline constexpr unsigned kRegisterReturn = 16;
inline constexpr unsigned kRegisterCount = 17;

enum class RuleKind : std::uint8_t {
  kUnspecified,    ///< no instruction named the register: unchanged in practice
  kUndefined,      ///< lost; of the return address: this is the outermost frame
  kSameValue,      ///< unchanged
  kOffset,         ///< saved at CFA + value
  kValOffset,      ///< is CFA + value
  kRegister,       ///< is in the register number `value`
  kExpression,     ///< saved at the address that the expression gives
  kValExpression,  ///< is what the expression gives
};

/// Where one register of the caller is. An expression is the bytes [value, value + size) of the section.
struct Rule {
  std::int64_t value;
  std::uint32_t size;
  RuleKind kind;
};

/// The CFA: register + offset, or (is_expression) what the bytes [offset, offset + size) give.
struct CfaRule {
  std::int64_t offset;
  std::uint32_t size;
  std::uint16_t reg;
  bool is_expression;
  bool is_set;
};

struct FullRow {
  CfaRule cfa;
  Rule rules[kRegisterCount];
};

/// A common information entry. `offset` (in the section) serves as the key where the last one is kept.
struct Cie {
  std::size_t offset;
  std::size_t instructions_begin;
  std::size_t instructions_end;
  std::uint64_t code_alignment;
  std::int64_t data_alignment;
  std::uint8_t pointer_encoding;
  bool is_signal_frame;
  bool has_augmentation_data;
  bool is_valid;
};

/// A frame description entry: the code [begin, end) and the program that describes it.
struct Fde {
  std::uint64_t begin;
  std::uint64_t end;
  std::size_t instructions_begin;
  std::size_t instructions_end;
};

/// Working memory of `find_row`, given by the caller because hooks run on small stacks.
struct RowScratch {
  static constexpr unsigned kSavedStates = 6;
  FullRow initial;
  FullRow saved[kSavedStates];
};

/// Reads a pointer encoded as DW_EH_PE_* at the reader's position. `base` is added to section-relative ones.
bool read_encoded(ByteReader& reader, const Section& section, std::uint8_t encoding, std::uint64_t base,
                  std::uint64_t& out) noexcept;

/// Reads the FDE at `offset` of the section. `cie` holds the last CIE read (or zeroes) and is renewed where it differs.
bool parse_fde(const Section& section, std::size_t offset, Cie& cie, Fde& out) noexcept;

/// Searches the whole section, record by record, for the FDE that covers `pc`.
bool find_fde(const Section& section, std::uint64_t pc, Cie& cie, Fde& out) noexcept;

/// Runs the program of `fde` up to `pc`: the row that is in force there.
bool find_row(const Section& section, const Cie& cie, const Fde& fde, std::uint64_t pc, RowScratch& scratch,
              FullRow& out) noexcept;

}  // namespace memline::capture
