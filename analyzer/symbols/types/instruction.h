/// \file Instruction: one machine instruction, reduced to what matters for following a pointer. x86-64 only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace memline::symbols {

/// Registers as DWARF numbers them (System V ABI for x86-64, figure 3.36).
using Register = int;
inline constexpr Register kRax = 0, kRdi = 5, kRbp = 6, kRsp = 7, kRip = 16, kNoRegister = -1;
inline constexpr int kRegisters = 16;

struct MemoryOperand {
  Register base = kNoRegister;  ///< kRip: `offset` is the absolute address
  Register index = kNoRegister;
  std::int64_t offset = 0;
};

struct Instruction {
  enum class Kind : std::uint8_t {
    kCopy,         ///< target = source
    kLoad,         ///< target = memory
    kStore,        ///< memory = source, or a constant where there is none
    kAddress,      ///< target = address of memory
    kAddConstant,  ///< target += constant
    kAddRegister,  ///< target += source
    kAddMemory,    ///< target += memory
    kAddToMemory,  ///< memory += constant
    kCall,         ///< destination 0: not known, but maybe the word at `memory` has it
    kJump,         ///< likewise
    kBranch,
    kReturn,
    kOther,  ///< changes the registers in `changed`
  };
  Kind kind = Kind::kOther;
  Register target = kNoRegister, source = kNoRegister;
  MemoryOperand memory;
  std::int64_t constant = 0;
  std::uint64_t destination = 0;
  std::uint32_t changed = 0;  ///< bit n: register n
  std::uint64_t next = 0;     ///< address of the one behind it
};

/// Decodes instructions. One thread at a time.
class InstructionDecoder {
 public:
  InstructionDecoder();
  ~InstructionDecoder();
  InstructionDecoder(const InstructionDecoder&) = delete;
  InstructionDecoder& operator=(const InstructionDecoder&) = delete;

  /// The instruction at the beginning of `code`, which lies at `address`; nothing if there is none.
  std::optional<Instruction> decode(std::span<const std::byte> code, std::uint64_t address);

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace memline::symbols
