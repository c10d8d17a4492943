// Any bytes as .eh_frame_hdr and .eh_frame: looked up in every way. What is found lies within its bytes, and the short
// form of a row says the same as the row itself, evaluated on registers and memory that are made up.
//
// An input is {length of the header (2 bytes, low first), place of the pc (2 bytes), header, .eh_frame}.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "unwinder/expression.h"
#include "unwinder/frame_table.h"
#include "unwinder/rows.h"
#include "unwinder/short_row.h"

namespace {

using namespace memline::capture;  // NOLINT(google-build-using-namespace): a program of one file

constexpr std::uint64_t kHeaderAddress = 0x10000;
constexpr std::uint64_t kFrameAddress = 0x20000;
constexpr std::uint64_t kSp = 0x7fff'0000'1000;
constexpr std::uint64_t kBp = 0x7fff'0000'2000;
constexpr unsigned kMostEntries = 64;

void check(bool holds) {
  if (!holds) std::abort();
}

/// The word at an address, of a memory in which no two words are likely to be equal.
std::uint64_t word_at(std::uint64_t address) {
  return (address ^ (address >> 29)) * 0x9e3779b97f4a7c15U;
}

struct MadeUpDomain {
  std::uint64_t pc;

  bool reg(unsigned number, Value& out) const {
    out = Value::number(number == kRegisterSp       ? kSp
                        : number == kRegisterBp     ? kBp
                        : number == kRegisterReturn ? pc
                                                    : 0x1111 * std::uint64_t{number});
    return true;
  }
  bool load(Value& value) const {
    value = Value::number(word_at(value.offset));
    return true;
  }
};

struct Concrete {
  const Section& section;
  const FullRow& row;
  MadeUpDomain domain;

  std::uint64_t evaluate(std::int64_t begin, std::uint32_t size, const std::uint64_t* first) {
    ExpressionMachine machine(section, domain);
    if (first != nullptr) machine.push(Value::number(*first));
    Value value = Value::number(0);
    check(machine.run(static_cast<std::size_t>(begin), size, value));  // what can be reduced can be evaluated
    check(value.is_number());
    return value.offset;
  }
  std::uint64_t cfa() {
    if (row.cfa.is_expression) return evaluate(row.cfa.offset, row.cfa.size, nullptr);
    Value value = Value::number(0);
    domain.reg(row.cfa.reg, value);
    return value.offset + static_cast<std::uint64_t>(row.cfa.offset);
  }
  /// Where the register was saved.
  std::uint64_t slot(const Rule& rule, std::uint64_t cfa) {
    check(rule.kind == RuleKind::kOffset || rule.kind == RuleKind::kExpression);
    if (rule.kind == RuleKind::kOffset) return cfa + static_cast<std::uint64_t>(rule.value);
    return evaluate(rule.value, rule.size, &cfa);
  }
};

std::uint64_t address_of(const Place& place, std::uint64_t cfa) {
  check(place.base != Place::Base::kNowhere);
  const std::uint64_t base = place.base == Place::Base::kSp ? kSp : place.base == Place::Base::kBp ? kBp : cfa;
  const std::uint64_t address = base + static_cast<std::uint64_t>(place.offset);
  return place.loaded ? word_at(address) + static_cast<std::uint64_t>(place.after) : address;
}

void check_reduced(const Section& section, const FullRow& row, bool is_signal, std::uint64_t pc) {
  MemoryRow memory{};
  const ShortRow reduced = reduce(section, row, is_signal, pc, memory);
  if (reduced.kind == RowKind::kFull) return;
  check(reduced.kind != RowKind::kNone);
  if (reduced.kind == RowKind::kRoot) {
    check(row.rules[kRegisterReturn].kind == RuleKind::kUndefined);
    return;
  }
  Concrete concrete{section, row, {pc}};
  const std::uint64_t cfa = concrete.cfa();
  const std::uint64_t return_slot = concrete.slot(row.rules[kRegisterReturn], cfa);
  const Rule& bp = row.rules[kRegisterBp];
  if (reduced.kind == RowKind::kMemory) {
    check(address_of(memory.cfa, 0) == cfa && address_of(memory.return_address, cfa) == return_slot);
    if (memory.bp.base != Place::Base::kNowhere) check(address_of(memory.bp, cfa) == concrete.slot(bp, cfa));
    return;
  }
  check((reduced.kind == RowKind::kSp ? kSp : kBp) + static_cast<std::uint64_t>(std::int64_t{reduced.cfa_offset}) ==
        cfa);
  check(return_slot == cfa - 8);
  if (reduced.bp_offset != 0) {
    check(concrete.slot(bp, cfa) == cfa + static_cast<std::uint64_t>(std::int64_t{reduced.bp_offset}));
  }
}

void check_entry(const Section& section, const Cie& cie, const Fde& fde, std::uint64_t pc) {
  check(cie.is_valid && cie.instructions_begin <= cie.instructions_end && cie.instructions_end <= section.size);
  check(fde.begin <= fde.end && fde.instructions_begin <= fde.instructions_end && fde.instructions_end <= section.size);
  static RowScratch scratch;
  FullRow row{};
  if (!find_row(section, cie, fde, pc, scratch, row)) return;
  check(row.cfa.is_set && (row.cfa.is_expression || row.cfa.reg < kRegisterCount));
  check_reduced(section, row, cie.is_signal_frame, pc);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::size_t header_size = std::min<std::size_t>(data[0] | data[1] << 8, size - 4);
  const auto pc = static_cast<std::uint64_t>(data[2] | data[3] << 8);
  // Copies of the exact sizes, so that a read past either end is seen.
  const std::vector<std::uint8_t> header_bytes(data + 4, data + 4 + header_size);
  const std::vector<std::uint8_t> frame_bytes(data + 4 + header_size, data + size);
  const Section header{header_bytes.data(), header_bytes.size(), kHeaderAddress};
  const Section frames{frame_bytes.data(), frame_bytes.size(), kFrameAddress};

  Cie cie{};
  Fde fde{};
  FrameTable table{};
  if (parse_frame_table(header, table)) {
    for (const std::uint64_t at : {pc, kHeaderAddress + pc, kFrameAddress + pc}) {
      if (!find_fde(table, frames, at, cie, fde)) continue;
      check(at >= fde.begin && at < fde.end);
      check_entry(frames, cie, fde, at);
    }
  }
  cie = {};
  if (find_fde(frames, pc, cie, fde)) {
    check(pc >= fde.begin && pc < fde.end);
    check_entry(frames, cie, fde, pc);
  }
  // Every entry, at its first and last place and at one between: a fuzzer that had to find the pc would seldom do so.
  unsigned entries = 0;
  for (std::size_t offset = 0; offset < frames.size && entries < kMostEntries; offset += 4) {
    Cie own{};
    if (!parse_fde(frames, offset, own, fde)) continue;
    ++entries;
    const std::uint64_t bytes = fde.end - fde.begin;
    if (bytes == 0) continue;
    for (const std::uint64_t at : {std::uint64_t{0}, pc % bytes, bytes - 1}) {
      check_entry(frames, own, fde, fde.begin + at);
    }
  }
  return 0;
}
