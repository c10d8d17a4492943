/// \file DWARF expressions as they occur in call frame information: a small stack machine.
///
/// One machine serves two uses. While a row is reduced, registers are symbols (sp + 8, or what bp - 8 points to); while
/// a frame is evaluated, they are numbers and memory is read. The domain says which:
///
///     bool Domain::reg(unsigned number, Value& out);     // false: unknown
///     bool Domain::load(Value& value);                    // replace an address by the word there
///
/// Bounded: by the expression's bytes, 256 steps and a stack of 16 values; false on anything it cannot do exactly.
#pragma once

#include <cstddef>
#include <cstdint>

#include "unwinder/byte_reader.h"
#include "unwinder/rows.h"

namespace memline::capture {

/// A number, or symbol + offset; with `loaded`, the word at that address, plus `after`.
struct Value {
  enum class Base : std::uint8_t { kNumber, kSp, kBp, kCfa };
  std::uint64_t offset;
  std::uint64_t after;
  Base base;
  bool loaded;

  bool is_number() const noexcept { return base == Base::kNumber && !loaded; }
  static Value number(std::uint64_t value) noexcept { return Value{value, 0, Base::kNumber, false}; }
  static Value symbol(Base base) noexcept { return Value{0, 0, base, false}; }
};

template <class Domain>
class ExpressionMachine {
 public:
  ExpressionMachine(const Section& section, Domain& domain) noexcept : section_(section), domain_(domain) {}

  void push(const Value& value) noexcept {
    if (depth_ == kStackSize) {
      failed_ = true;
    } else {
      stack_[depth_++] = value;
    }
  }

  bool run(std::size_t begin, std::size_t size, Value& out) noexcept {
    if (begin > section_.size || size > section_.size - begin) return false;
    ByteReader reader(section_.data, begin, begin + size);
    for (int step = 0; !reader.at_end(); ++step) {
      if (step == kMaxSteps || !execute(reader.read<std::uint8_t>(), reader, begin) || failed_) return false;
    }
    if (!reader.ok() || depth_ == 0) return false;
    out = stack_[depth_ - 1];
    return true;
  }

 private:
  static constexpr unsigned kStackSize = 16;
  static constexpr int kMaxSteps = 256;

  Value pop() noexcept {
    if (depth_ == 0) {
      failed_ = true;
      return Value::number(0);
    }
    return stack_[--depth_];
  }

  void pick(unsigned index) noexcept {
    if (index >= depth_) {
      failed_ = true;
    } else {
      push(stack_[depth_ - 1 - index]);
    }
  }

  void push_number(std::uint64_t value) noexcept { push(Value::number(value)); }
  void push_signed(std::int64_t value) noexcept { push_number(static_cast<std::uint64_t>(value)); }

  static void add(Value& value, std::uint64_t number) noexcept {
    (value.loaded ? value.after : value.offset) += number;
  }

  bool push_register(std::uint64_t number, std::int64_t offset) noexcept {
    Value value = Value::number(0);
    if (number >= kRegisterCount || !domain_.reg(static_cast<unsigned>(number), value)) return false;
    add(value, static_cast<std::uint64_t>(offset));
    push(value);
    return true;
  }

  bool jump(ByteReader& reader, std::size_t begin, bool taken) noexcept {
    const auto distance = reader.read<std::int16_t>();
    if (!taken) return true;
    const auto target = static_cast<std::int64_t>(reader.position()) + distance;
    if (target < static_cast<std::int64_t>(begin)) return false;
    reader.seek(static_cast<std::uint64_t>(target));
    return reader.ok();
  }

  /// Two operands, of which for a sum or a difference one may be a symbol.
  bool binary(std::uint8_t operation) noexcept {
    const Value right = pop();
    Value left = pop();
    if (failed_) return false;
    if (operation == 0x22 && (left.is_number() || right.is_number())) {  // plus
      Value sum = left.is_number() ? right : left;
      add(sum, left.is_number() ? left.offset : right.offset);
      push(sum);
      return true;
    }
    if (operation == 0x1C && right.is_number()) {  // minus
      add(left, ~right.offset + 1);
      push(left);
      return true;
    }
    if (!left.is_number() || !right.is_number()) return false;
    std::uint64_t result = 0;
    if (!calculate(operation, left.offset, right.offset, result)) return false;
    push_number(result);
    return true;
  }

  static bool calculate(std::uint8_t operation, std::uint64_t a, std::uint64_t b, std::uint64_t& out) noexcept {
    const auto sa = static_cast<std::int64_t>(a);
    const auto sb = static_cast<std::int64_t>(b);
    switch (operation) {
      case 0x1A:  // and
        out = a & b;
        return true;
      case 0x1E:  // mul
        out = a * b;
        return true;
      case 0x21:  // or
        out = a | b;
        return true;
      case 0x24:  // shl
        out = b < 64 ? a << b : 0;
        return true;
      case 0x25:  // shr
        out = b < 64 ? a >> b : 0;
        return true;
      case 0x26:  // shra
        out = static_cast<std::uint64_t>(sa >> (b < 64 ? b : 63));
        return true;
      case 0x27:  // xor
        out = a ^ b;
        return true;
      case 0x29:  // eq, ge, gt, le, lt, ne
        out = sa == sb;
        return true;
      case 0x2A:
        out = sa >= sb;
        return true;
      case 0x2B:
        out = sa > sb;
        return true;
      case 0x2C:
        out = sa <= sb;
        return true;
      case 0x2D:
        out = sa < sb;
        return true;
      case 0x2E:
        out = sa != sb;
        return true;
      default:
        return false;
    }
  }

  bool execute(std::uint8_t operation, ByteReader& reader, std::size_t begin) noexcept {
    if (operation >= 0x30 && operation <= 0x4F) {  // lit0..31
      push_number(operation - 0x30u);
      return true;
    }
    if (operation >= 0x70 && operation <= 0x8F) return push_register(operation - 0x70u, reader.sleb());  // breg0..31
    switch (operation) {
      case 0x03:  // addr
      case 0x0E:  // const8u, const8s
      case 0x0F:
        push_number(reader.read<std::uint64_t>());
        return true;
      case 0x06: {  // deref
        Value value = pop();
        if (failed_ || !domain_.load(value)) return false;
        push(value);
        return true;
      }
      case 0x08:
        push_number(reader.read<std::uint8_t>());
        return true;
      case 0x09:
        push_signed(reader.read<std::int8_t>());
        return true;
      case 0x0A:
        push_number(reader.read<std::uint16_t>());
        return true;
      case 0x0B:
        push_signed(reader.read<std::int16_t>());
        return true;
      case 0x0C:
        push_number(reader.read<std::uint32_t>());
        return true;
      case 0x0D:
        push_signed(reader.read<std::int32_t>());
        return true;
      case 0x10:
        push_number(reader.uleb());
        return true;
      case 0x11:
        push_signed(reader.sleb());
        return true;
      case 0x12:  // dup
        pick(0);
        return true;
      case 0x13:  // drop
        pop();
        return true;
      case 0x14:  // over
        pick(1);
        return true;
      case 0x15:  // pick
        pick(reader.read<std::uint8_t>());
        return true;
      case 0x16: {  // swap
        const Value top = pop();
        const Value next = pop();
        push(top);
        push(next);
        return true;
      }
      case 0x23: {  // plus_uconst
        Value value = pop();
        add(value, reader.uleb());
        push(value);
        return true;
      }
      case 0x28: {  // bra
        const Value condition = pop();
        return condition.is_number() && jump(reader, begin, condition.offset != 0);
      }
      case 0x2F:  // skip
        return jump(reader, begin, true);
      case 0x92: {  // bregx
        const std::uint64_t number = reader.uleb();
        return push_register(number, reader.sleb());
      }
      case 0x96:  // nop
        return true;
      default:
        return binary(operation);
    }
  }

  const Section& section_;
  Domain& domain_;
  Value stack_[kStackSize];
  unsigned depth_ = 0;
  bool failed_ = false;
};

}  // namespace memline::capture
