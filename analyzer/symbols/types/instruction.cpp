#include "symbols/types/instruction.h"

#include <capstone.h>

namespace memline::symbols {
namespace {

constexpr int kPointerBytes = 8;

struct Named {
  Register number = kNoRegister;
  bool is_whole = false;  ///< all 64 bits
};

Named register_of(unsigned id) {
  switch (id) {
#define MEMLINE_REGISTER(number, r64, r32, r16, r8) \
  case X86_REG_##r64:                               \
    return {number, true};                          \
  case X86_REG_##r32:                               \
  case X86_REG_##r16:                               \
  case X86_REG_##r8:                                \
    return {number, false};
    MEMLINE_REGISTER(0, RAX, EAX, AX, AL)
    MEMLINE_REGISTER(1, RDX, EDX, DX, DL)
    MEMLINE_REGISTER(2, RCX, ECX, CX, CL)
    MEMLINE_REGISTER(3, RBX, EBX, BX, BL)
    MEMLINE_REGISTER(4, RSI, ESI, SI, SIL)
    MEMLINE_REGISTER(5, RDI, EDI, DI, DIL)
    MEMLINE_REGISTER(6, RBP, EBP, BP, BPL)
    MEMLINE_REGISTER(7, RSP, ESP, SP, SPL)
    MEMLINE_REGISTER(8, R8, R8D, R8W, R8B)
    MEMLINE_REGISTER(9, R9, R9D, R9W, R9B)
    MEMLINE_REGISTER(10, R10, R10D, R10W, R10B)
    MEMLINE_REGISTER(11, R11, R11D, R11W, R11B)
    MEMLINE_REGISTER(12, R12, R12D, R12W, R12B)
    MEMLINE_REGISTER(13, R13, R13D, R13W, R13B)
    MEMLINE_REGISTER(14, R14, R14D, R14W, R14B)
    MEMLINE_REGISTER(15, R15, R15D, R15W, R15B)
#undef MEMLINE_REGISTER
    default:
      return {};
  }
}

MemoryOperand memory_of(const cs_x86_op& operand, std::uint64_t next) {
  MemoryOperand memory;
  memory.offset = operand.mem.disp;
  if (operand.mem.base == X86_REG_RIP) {
    memory.base = kRip;
    memory.offset = static_cast<std::int64_t>(next) + operand.mem.disp;
  } else if (operand.mem.base == X86_REG_INVALID && operand.mem.index == X86_REG_INVALID) {
    memory.base = kRip;  // an absolute address: code that is not position-independent
  } else {
    memory.base = register_of(operand.mem.base).number;
  }
  if (operand.mem.segment != X86_REG_INVALID) memory.base = kNoRegister;  // thread-local
  memory.index = register_of(operand.mem.index).number;
  return memory;
}

void read_move(const cs_x86& details, Instruction& out) {
  const cs_x86_op& to = details.operands[0];
  const cs_x86_op& from = details.operands[1];
  if (to.size != kPointerBytes) return;
  if (to.type == X86_OP_REG && from.type == X86_OP_REG) {
    out.kind = Instruction::Kind::kCopy;
    out.source = register_of(from.reg).number;
  } else if (to.type == X86_OP_REG && from.type == X86_OP_MEM) {
    out.kind = Instruction::Kind::kLoad;
    out.memory = memory_of(from, out.next);
  } else if (to.type == X86_OP_MEM && from.type == X86_OP_REG) {
    out.kind = Instruction::Kind::kStore;
    out.source = register_of(from.reg).number;
    out.memory = memory_of(to, out.next);
    return;
  } else if (to.type == X86_OP_MEM && from.type == X86_OP_IMM) {
    out.kind = Instruction::Kind::kStore;
    out.memory = memory_of(to, out.next);
    return;
  } else {
    return;
  }
  out.target = register_of(to.reg).number;
}

void read_destination(const cs_x86& details, Instruction& out) {
  if (details.op_count == 1 && details.operands[0].type == X86_OP_IMM) {
    out.destination = static_cast<std::uint64_t>(details.operands[0].imm);
  } else if (details.op_count == 1 && details.operands[0].type == X86_OP_MEM) {
    out.memory = memory_of(details.operands[0], out.next);
  }
}

void read_sum(const cs_x86& details, bool minus, Instruction& out) {
  const cs_x86_op& to = details.operands[0];
  const cs_x86_op& from = details.operands[1];
  if (to.type == X86_OP_MEM && to.size == kPointerBytes && from.type == X86_OP_IMM) {
    out.kind = Instruction::Kind::kAddToMemory;
    out.memory = memory_of(to, out.next);
    out.constant = minus ? -from.imm : from.imm;
    return;
  }
  if (to.type != X86_OP_REG || !register_of(to.reg).is_whole) return;
  if (from.type == X86_OP_IMM) {
    out.kind = Instruction::Kind::kAddConstant;
    out.constant = minus ? -from.imm : from.imm;
  } else if (from.type == X86_OP_REG && !minus) {
    out.kind = Instruction::Kind::kAddRegister;
    out.source = register_of(from.reg).number;
  } else if (from.type == X86_OP_MEM && !minus) {
    out.kind = Instruction::Kind::kAddMemory;
    out.memory = memory_of(from, out.next);
  } else {
    return;
  }
  out.target = register_of(to.reg).number;
}

}  // namespace

struct InstructionDecoder::Engine {
  csh handle = 0;
  cs_insn* room = nullptr;
};

InstructionDecoder::InstructionDecoder() : engine_(std::make_unique<Engine>()) {
  if (cs_open(CS_ARCH_X86, CS_MODE_64, &engine_->handle) != CS_ERR_OK) {
    engine_->handle = 0;
    return;
  }
  cs_option(engine_->handle, CS_OPT_DETAIL, CS_OPT_ON);
  engine_->room = cs_malloc(engine_->handle);
}

InstructionDecoder::~InstructionDecoder() {
  if (engine_->room != nullptr) cs_free(engine_->room, 1);
  if (engine_->handle != 0) cs_close(&engine_->handle);
}

std::optional<Instruction> InstructionDecoder::decode(std::span<const std::byte> code, std::uint64_t address) {
  if (engine_->room == nullptr) return std::nullopt;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(code.data());
  std::size_t size = code.size();
  if (!cs_disasm_iter(engine_->handle, &bytes, &size, &address, engine_->room)) return std::nullopt;
  const cs_insn& decoded = *engine_->room;
  const cs_x86& details = decoded.detail->x86;
  Instruction out;
  out.next = address;
  cs_regs read{};
  cs_regs written{};
  std::uint8_t read_count = 0;
  std::uint8_t written_count = 0;
  if (cs_regs_access(engine_->handle, &decoded, read, &read_count, written, &written_count) == CS_ERR_OK) {
    for (int i = 0; i < written_count; ++i) {
      const Register changed = register_of(written[i]).number;
      if (changed != kNoRegister) out.changed |= 1U << static_cast<unsigned>(changed);
    }
  }
  switch (decoded.id) {
    case X86_INS_MOV:
    case X86_INS_MOVABS:
      read_move(details, out);
      break;
    case X86_INS_LEA:
      if (register_of(details.operands[0].reg).is_whole) {
        out.kind = Instruction::Kind::kAddress;
        out.target = register_of(details.operands[0].reg).number;
        out.memory = memory_of(details.operands[1], out.next);
      }
      break;
    case X86_INS_ADD:
      read_sum(details, false, out);
      break;
    case X86_INS_SUB:
      read_sum(details, true, out);
      break;
    case X86_INS_CALL:
      out.kind = Instruction::Kind::kCall;
      read_destination(details, out);
      break;
    case X86_INS_JMP:
      out.kind = Instruction::Kind::kJump;
      read_destination(details, out);
      break;
    case X86_INS_RET:
      out.kind = Instruction::Kind::kReturn;
      break;
    default:
      if (cs_insn_group(engine_->handle, &decoded, X86_GRP_JUMP)) {
        out.kind = Instruction::Kind::kBranch;
        read_destination(details, out);
      }
      break;
  }
  return out;
}

}  // namespace memline::symbols
