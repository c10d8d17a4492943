#include "unwinder/full_step.h"

#include "unwinder/expression.h"

namespace memline::capture {
namespace {

/// Registers and memory as they are.
struct RealDomain {
  const Registers& registers;
  StackMemory& memory;

  bool reg(unsigned number, Value& out) const noexcept {
    out = Value::number(registers.value[number]);
    return registers.is_known(number);
  }

  bool load(Value& value) const noexcept {
    std::uint64_t word = 0;
    if (!memory.read(value.offset, word)) return false;
    value = Value::number(word);
    return true;
  }
};

class Evaluator {
 public:
  Evaluator(const RowSource::Full& found, StackMemory& memory, const Registers& inner) noexcept
      : section_(*found.section), row_(*found.row), memory_(memory), inner_(inner) {}

  bool cfa() noexcept {
    if (row_.cfa.is_expression) return evaluate(row_.cfa.offset, row_.cfa.size, false, cfa_);
    cfa_ = inner_.value[row_.cfa.reg] + static_cast<std::uint64_t>(row_.cfa.offset);
    return inner_.is_known(row_.cfa.reg);
  }
  std::uint64_t cfa_value() const noexcept { return cfa_; }

  /// The caller's register `number`; false where it is lost. `slot` is the word that it came from, or 0.
  bool restore(unsigned number, std::uint64_t& out, std::uint64_t& slot) noexcept {
    const Rule& rule = row_.rules[number];
    const auto value = static_cast<std::uint64_t>(rule.value);
    slot = 0;
    switch (rule.kind) {
      case RuleKind::kUnspecified:
      case RuleKind::kSameValue:
        out = inner_.value[number];
        return inner_.is_known(number);
      case RuleKind::kUndefined:
        return false;
      case RuleKind::kOffset:
        slot = cfa_ + value;
        return memory_.read(slot, out);
      case RuleKind::kValOffset:
        out = cfa_ + value;
        return true;
      case RuleKind::kRegister:
        if (value >= kRegisterCount) return false;
        out = inner_.value[value];
        return inner_.is_known(static_cast<unsigned>(value));
      case RuleKind::kExpression:
        return evaluate(rule.value, rule.size, true, slot) && memory_.read(slot, out);
      case RuleKind::kValExpression:
        return evaluate(rule.value, rule.size, true, out);
    }
    return false;
  }

 private:
  bool evaluate(std::int64_t begin, std::uint32_t size, bool with_cfa, std::uint64_t& out) noexcept {
    RealDomain domain{inner_, memory_};
    ExpressionMachine machine(section_, domain);
    if (with_cfa) machine.push(Value::number(cfa_));
    Value value = Value::number(0);
    if (!machine.run(static_cast<std::size_t>(begin), size, value)) return false;
    out = value.offset;
    return true;
  }

  const Section& section_;
  const FullRow& row_;
  StackMemory& memory_;
  const Registers& inner_;
  std::uint64_t cfa_ = 0;
};

/// All registers out of the ucontext at sp.
bool step_through_trampoline(StackMemory& memory, Registers& registers, StepOrigin& origin) noexcept {
  // DWARF numbers in the order in which the kernel saves them: r8 to r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip.
  static constexpr std::uint8_t kOrder[] = {8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, 16};
  constexpr std::uint64_t kRegistersOffset = 40;
  const std::uint64_t base = registers.value[kRegisterSp] + kRegistersOffset;
  for (unsigned i = 0; i < sizeof kOrder; ++i) {
    std::uint64_t word = 0;
    if (!memory.read(base + i * 8, word)) return false;
    registers.set(kOrder[i], word);
  }
  origin.pc_slot = base + 16 * 8;
  origin.bp_slot = base + 10 * 8;
  return true;
}

}  // namespace

StepResult full_step(const RowSource::Full& found, StackMemory& memory, Registers& registers,
                     StepOrigin& origin) noexcept {
  origin = StepOrigin{0, 0};
  if (found.is_trampoline) {
    return step_through_trampoline(memory, registers, origin) ? StepResult::kStepped : StepResult::kBadMemory;
  }
  if (found.short_row.kind == RowKind::kRoot) return StepResult::kRoot;
  if (found.row == nullptr) return StepResult::kNoUnwindInfo;

  const Registers inner = registers;
  Evaluator evaluator(found, memory, inner);
  if (!evaluator.cfa()) return StepResult::kNoUnwindInfo;
  for (unsigned number = 0; number < kRegisterCount; ++number) {
    std::uint64_t content = 0;
    std::uint64_t slot = 0;
    const RuleKind kind = found.row->rules[number].kind;
    if (number == kRegisterReturn && (kind == RuleKind::kUnspecified || kind == RuleKind::kSameValue)) {
      return StepResult::kNoUnwindInfo;
    }
    if (number == kRegisterSp && kind == RuleKind::kUnspecified) {
      registers.set(number, evaluator.cfa_value());
    } else if (evaluator.restore(number, content, slot)) {
      registers.set(number, content);
      if (number == kRegisterReturn) origin.pc_slot = slot;
      if (number == kRegisterBp) origin.bp_slot = slot;
    } else {
      registers.forget(number);
    }
  }
  const bool complete = registers.is_known(kRegisterReturn) && registers.is_known(kRegisterSp);
  return complete ? StepResult::kStepped : StepResult::kBadMemory;
}

}  // namespace memline::capture
