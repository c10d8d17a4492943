#include "unwinder/short_row.h"

#include <limits>

#include "unwinder/expression.h"

namespace memline::capture {
namespace {

/// Registers as symbols; the pc, being the row's own, is a number: so a PLT entry's expression becomes sp + a number.
struct SymbolicDomain {
  std::uint64_t pc;

  bool reg(unsigned number, Value& out) const noexcept {
    switch (number) {
      case kRegisterSp:
        out = Value::symbol(Value::Base::kSp);
        return true;
      case kRegisterBp:
        out = Value::symbol(Value::Base::kBp);
        return true;
      case kRegisterReturn:
        out = Value::number(pc);
        return true;
      default:
        return false;
    }
  }

  bool load(Value& value) const noexcept {
    if (value.loaded || value.base == Value::Base::kNumber) return false;
    value.loaded = true;
    return true;
  }
};

bool to_place(const Value& value, Place& out) noexcept {
  out.offset = static_cast<std::int64_t>(value.offset);
  out.after = static_cast<std::int64_t>(value.after);
  out.loaded = value.loaded;
  switch (value.base) {
    case Value::Base::kSp:
      out.base = Place::Base::kSp;
      return true;
    case Value::Base::kBp:
      out.base = Place::Base::kBp;
      return true;
    case Value::Base::kCfa:
      out.base = Place::Base::kCfa;
      return true;
    case Value::Base::kNumber:
      return false;
  }
  return false;
}

bool is_unchanged(const Rule& rule) noexcept {
  return rule.kind == RuleKind::kUnspecified || rule.kind == RuleKind::kSameValue || rule.kind == RuleKind::kUndefined;
}

class Reducer {
 public:
  Reducer(const Section& section, const FullRow& row, std::uint64_t pc) noexcept
      : section_(section), row_(row), domain_{pc} {}

  bool cfa(Place& out) noexcept {
    if (row_.cfa.is_expression) {
      ExpressionMachine machine(section_, domain_);
      Value value = Value::number(0);
      return machine.run(static_cast<std::size_t>(row_.cfa.offset), row_.cfa.size, value) && to_place(value, out);
    }
    if (row_.cfa.reg != kRegisterSp && row_.cfa.reg != kRegisterBp) return false;
    out = Place{row_.cfa.offset, 0, row_.cfa.reg == kRegisterSp ? Place::Base::kSp : Place::Base::kBp, false};
    return true;
  }

  /// The address of the word in which the register was saved.
  bool saved_at(const Rule& rule, Place& out) noexcept {
    if (rule.kind == RuleKind::kOffset) {
      out = Place{rule.value, 0, Place::Base::kCfa, false};
      return true;
    }
    if (rule.kind != RuleKind::kExpression) return false;
    ExpressionMachine machine(section_, domain_);
    machine.push(Value::symbol(Value::Base::kCfa));
    Value value = Value::number(0);
    return machine.run(static_cast<std::size_t>(rule.value), rule.size, value) && to_place(value, out) && !out.loaded;
  }

 private:
  const Section& section_;
  const FullRow& row_;
  SymbolicDomain domain_;
};

/// The caller's sp is the CFA, unless a rule of its own says otherwise; a signal frame's says the same in other words.
bool sp_is_cfa(Reducer& reducer, const Rule& rule, const Place& cfa) noexcept {
  if (rule.kind == RuleKind::kUnspecified) return true;
  if (rule.kind == RuleKind::kValOffset) return rule.value == 0;
  Place place{};
  return reducer.saved_at(rule, place) && cfa.loaded && cfa.after == 0 && place.base == cfa.base &&
         place.offset == cfa.offset;
}

/// A frame holds what it saved: its return address, and below that perhaps bp. The walk relies on it.
bool fits_short(const MemoryRow& row) noexcept {
  constexpr std::int64_t kMaxCfa = std::numeric_limits<std::int32_t>::max();
  constexpr std::int64_t kMinBp = std::numeric_limits<std::int16_t>::min();
  constexpr std::int64_t kWord = 8;
  if (row.is_signal || row.cfa.loaded || row.cfa.base == Place::Base::kCfa) return false;
  if (row.cfa.offset > kMaxCfa || row.cfa.offset < -kMaxCfa) return false;
  if (row.return_address.base != Place::Base::kCfa || row.return_address.offset != -kWord) return false;
  const std::int64_t frame_bytes = row.cfa.base == Place::Base::kSp ? row.cfa.offset : kMaxCfa;
  if (row.bp.base == Place::Base::kNowhere) return frame_bytes >= kWord;
  return row.bp.base == Place::Base::kCfa && row.bp.offset <= -2 * kWord && row.bp.offset >= kMinBp &&
         row.bp.offset >= -frame_bytes;
}

}  // namespace

ShortRow reduce(const Section& section, const FullRow& row, bool is_signal_frame, std::uint64_t pc,
                MemoryRow& memory) noexcept {
  const Rule& return_rule = row.rules[kRegisterReturn];
  const Rule& bp_rule = row.rules[kRegisterBp];
  if (return_rule.kind == RuleKind::kUndefined) return ShortRow{0, 0, RowKind::kRoot};

  const ShortRow full{0, 0, RowKind::kFull};
  memory = MemoryRow{};
  memory.is_signal = is_signal_frame;
  Reducer reducer(section, row, pc);
  if (!reducer.cfa(memory.cfa) || !reducer.saved_at(return_rule, memory.return_address)) return full;
  if (!is_unchanged(bp_rule) && !reducer.saved_at(bp_rule, memory.bp)) return full;
  if (!sp_is_cfa(reducer, row.rules[kRegisterSp], memory.cfa)) return full;

  if (!fits_short(memory)) return ShortRow{0, 0, RowKind::kMemory};
  const bool bp_saved = memory.bp.base != Place::Base::kNowhere;
  return ShortRow{static_cast<std::int32_t>(memory.cfa.offset),
                  static_cast<std::int16_t>(bp_saved ? memory.bp.offset : 0),
                  memory.cfa.base == Place::Base::kSp ? RowKind::kSp : RowKind::kBp};
}

MemoryRow kernel_signal_row() noexcept {
  // When the handler has returned, sp points at the ucontext; its general registers begin at offset 40 (r8 first):
  // rbp is number 10, rsp 15, rip 16.
  constexpr std::int64_t kRegisters = 40;
  MemoryRow row{};
  row.cfa = Place{kRegisters + 15 * 8, 0, Place::Base::kSp, true};
  row.return_address = Place{kRegisters + 16 * 8, 0, Place::Base::kSp, false};
  row.bp = Place{kRegisters + 10 * 8, 0, Place::Base::kSp, false};
  row.is_signal = true;
  return row;
}

}  // namespace memline::capture
