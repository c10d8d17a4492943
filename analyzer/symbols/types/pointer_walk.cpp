#include "symbols/types/pointer_walk.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "symbols/types/type_dies.h"

namespace memline::symbols {
namespace {

using Kind = Instruction::Kind;

constexpr int kMostSteps = 160;
constexpr int kMostWays = 4;
constexpr std::size_t kMostCalls = 8;
constexpr std::uint64_t kMostBefore = std::uint64_t{1} << 16;
/// Of that only the end is looked at; the rest is read to find where instructions begin.
constexpr std::uint64_t kMostTyped = 1024;
/// Registers that a called function may change (System V ABI): rax rdx rcx rsi rdi r8 to r11.
constexpr std::uint32_t kChangedByCalls = 0x0f37;

/// Registers of the first arguments that are integers or pointers: rdi rsi rdx rcx r8 r9.
constexpr std::array<Register, 6> kArguments = {kRdi, 4, 1, 2, 8, 9};

/// Of the C library.
constexpr std::array<std::string_view, 9> kGiveBackFirst = {"memset",       "memcpy",       "memmove",
                                                            "__memset_chk", "__memcpy_chk", "__memmove_chk",
                                                            "strcpy",       "strncpy",      "__strcpy_chk"};

bool in_stack(const MemoryOperand& place) {
  return (place.base == kRsp || place.base == kRbp) && place.index == kNoRegister;
}

}  // namespace

std::optional<Instruction> PointerWalk::decode(std::uint64_t address) {
  if (address < code_address_ || address - code_address_ >= code_.size()) return std::nullopt;
  return decoder_.decode(code_.subspan(address - code_address_), address);
}

bool PointerWalk::gives_back_first(const Instruction& instruction) {
  const std::string_view name = imported_.name(instruction);
  return std::find(kGiveBackFirst.begin(), kGiveBackFirst.end(), name) != kGiveBackFirst.end();
}

void PointerWalk::approach(std::uint64_t entry, std::uint64_t after) {
  before_ = State();
  look_before(entry, after, before_);
}

void PointerWalk::run(std::uint64_t after, std::optional<std::size_t> left_at) {
  if (left_at.value_or(0) >= kArguments.size()) return;
  State state = before_;
  for (Register number = 0; number < kRegisters; ++number) {
    if ((kChangedByCalls >> static_cast<unsigned>(number) & 1U) != 0) state.forget(number);
  }
  const auto argument = static_cast<std::size_t>(kArguments[left_at.value_or(0)]);
  if (!left_at) {
    state.held[kRax] = 0;
  } else if (const auto& place = before_.place[argument]) {
    state.slots[{place->base, place->offset}] = 0;
    state.saved.erase({place->base, place->offset});
  } else {
    const std::optional<Dwarf_Die>& pointee = before_.pointee[argument];
    std::optional<Dwarf_Die> type = before_.inside[argument];
    if (!type && pointee) type = scalar_at(*pointee, 0);
    if (type) see(*type, 0, kNoScope, true);
    if (pointee && is_untyped_pointer(*pointee)) left_untyped_ = 0;  // the caller's own void** was handed on
    return;
  }
  follow(after, std::move(state), {}, 0);
}

void PointerWalk::look_before(std::uint64_t entry, std::uint64_t after, State& state) {
  if (entry > after || after - entry > kMostBefore) return;
  for (std::uint64_t address = entry; address < after;) {
    const std::optional<Instruction> instruction = decode(address);
    if (!instruction || instruction->next <= address) return;
    if (instruction->next == after && instruction->kind == Kind::kCall) {
      asking_ = instruction;
      for (const Register number : kArguments) {
        std::optional<Dwarf_Die>& pointee = state.pointee[static_cast<std::size_t>(number)];
        if (!pointee) pointee = base_pointee(address, number, state);
      }
      return;  // its arguments are still in their registers
    }
    if (after - address <= kMostTyped) step(*instruction, address, state);
    // Whatever comes behind it is reached from elsewhere.
    if (instruction->kind == Kind::kJump || instruction->kind == Kind::kReturn) state = State();
    address = instruction->next;
  }
}

void PointerWalk::follow(std::uint64_t address, State state, std::unordered_set<std::uint64_t> visited, int ways) {
  while (steps_ < kMostSteps && visited.insert(address).second) {
    see_variables(address, state);
    const std::optional<Instruction> instruction = decode(address);
    if (!instruction || instruction->next <= address) return;
    ++steps_;
    std::optional<std::int64_t> given_back;
    switch (instruction->kind) {
      case Kind::kReturn:
        // What is handed on as it is may be the null of a failed call.
        if (returned_.value_or(0) == 0 && state.held[kRax]) returned_ = state.held[kRax];
        return;
      case Kind::kJump:
        if (state.held[kRdi] && returned_.value_or(0) == 0 && gives_back_first(*instruction)) {
          returned_ = state.held[kRdi];  // a tail call
        }
        if (instruction->destination == 0) return;
        address = instruction->destination;
        continue;
      case Kind::kBranch:
        if (instruction->destination != 0 && ways < kMostWays) follow(instruction->next, state, visited, ways + 1);
        address = instruction->destination != 0 && ways < kMostWays ? instruction->destination : instruction->next;
        continue;
      case Kind::kCall:
        for (std::size_t i = 0; i < kArguments.size() && calls_.size() < kMostCalls; ++i) {
          const auto& held = state.held[static_cast<std::size_t>(kArguments[i])];
          if (held) calls_.push_back({*instruction, *held, i});
        }
        if (state.held[kRdi] && gives_back_first(*instruction)) given_back = state.held[kRdi];
        break;
      default:
        break;
    }
    step(*instruction, address, state);
    if (given_back) state.held[kRax] = given_back;
    if (state.is_lost()) return;
    address = instruction->next;
  }
}

void PointerWalk::step(const Instruction& instruction, std::uint64_t address, State& state) {
  const auto target = static_cast<std::size_t>(std::max(instruction.target, 0));
  const auto source = static_cast<std::size_t>(std::max(instruction.source, 0));
  const bool has_target = instruction.target != kNoRegister;
  const bool has_source = instruction.source != kNoRegister;
  std::optional<std::int64_t> held;
  std::optional<Dwarf_Die> pointee;
  std::optional<MemoryOperand> place;
  std::optional<Dwarf_Die> inside;
  std::optional<Within> within;
  bool is_part = false;
  switch (instruction.kind) {
    case Kind::kCopy:
      is_part = has_source && state.is_part[source];
      if (has_source) held = state.held[source], pointee = state.pointee[source];
      if (has_source) place = state.place[source], inside = state.inside[source], within = state.within[source];
      if (has_source && !held && !pointee) {
        pointee = base_pointee(address, instruction.source, state);
        state.pointee[source] = pointee;
      }
      break;
    case Kind::kLoad: {
      const auto slot = state.slots.find({instruction.memory.base, instruction.memory.offset});
      if (in_stack(instruction.memory) && slot != state.slots.end()) {
        held = slot->second;
      } else if (const std::optional<Dwarf_Die> type = type_at(address, instruction.memory, state)) {
        pointee = pointee_of(*type);
      } else if (const auto saved = state.saved.find({instruction.memory.base, instruction.memory.offset});
                 in_stack(instruction.memory) && saved != state.saved.end()) {
        pointee = saved->second;
      }
      break;
    }
    case Kind::kAddress: {
      const MemoryOperand& memory = instruction.memory;
      // rbp may be a register like any other.
      if (in_stack(memory) && (memory.base != kRbp || !base_pointee(address, kRbp, state))) {
        place = memory;
      } else {
        inside = type_at(address, memory, state);
      }
      is_part = memory.index != kNoRegister && (state.is_of_block(memory.base) || state.is_of_block(memory.index));
      if (memory.base >= 0 && memory.base < kRegisters && !in_stack(memory)) {
        const auto base = static_cast<std::size_t>(memory.base);
        if (memory.index == kNoRegister && state.held[base]) held = *state.held[base] + memory.offset;
        if (memory.offset == 0 && !held) pointee = base_pointee(address, memory.base, state);
        // "base + index * 1": either may be the pointer.
        if (!held && !pointee && memory.index != kNoRegister && memory.offset == 0) {
          pointee = state.pointee[static_cast<std::size_t>(memory.index)];
        }
      } else if (memory.index == kNoRegister) {
        if (const auto whole = places_.around(outline_, address, memory)) {
          within = {whole->variable.type, static_cast<std::int64_t>(whole->offset)};
          if (whole->offset == 0) pointee = whole->variable.type;
        }
      }
      break;
    }
    case Kind::kAddConstant:
      if (state.held[target]) held = *state.held[target] + instruction.constant;
      if (!held && state.pointee[target] && pointee_of(*state.pointee[target])) pointee = state.pointee[target];
      if (!held && state.within[target]) {
        within = {state.within[target]->type, state.within[target]->offset + instruction.constant};
      }
      if (state.pointee[target] && instruction.constant > 0) {
        inside = scalar_at(*state.pointee[target], static_cast<std::uint64_t>(instruction.constant));
      }
      break;
    case Kind::kAddMemory:
      if (!state.held[target]) {
        pointee = state.pointee[target];
        const std::optional<Dwarf_Die> type = type_at(address, instruction.memory, state);
        if (!pointee && type) pointee = pointee_of(*type);
      }
      break;
    case Kind::kAddRegister:
      is_part = state.is_of_block(instruction.target) || state.is_of_block(instruction.source);
      // An index was added to a pointer, or a pointer to an index.
      if (has_source && !state.held[target] && !state.held[source]) {
        pointee = state.pointee[target] ? state.pointee[target] : state.pointee[source];
        within = state.within[target] ? state.within[target] : state.within[source];
        if (within && !element_of(within->type)) within.reset();
      }
      break;
    case Kind::kStore:
      if (in_stack(instruction.memory)) store(instruction, state);
      // rbp may be a register like any other.
      if (instruction.memory.base == kRbp ? base_pointee(address, kRbp, state).has_value()
                                          : !in_stack(instruction.memory)) {
        const bool is_inside = has_source && (state.is_part[source] || state.held[source].value_or(0) != 0);
        keeps_part_ = keeps_part_ || (is_inside && !state.is_of_block(instruction.memory.base));
        if (has_source && state.held[source]) leave(address, instruction.memory, *state.held[source], state);
      }
      if (const std::optional<Dwarf_Die> type =
              has_source ? type_at(address, instruction.memory, state) : std::nullopt) {
        if (state.held[source]) {
          see(*type, *state.held[source], kNoScope, !is_plain_variable(address, instruction.memory));
        } else if (state.is_part[source]) {
          see_within(*type);
        } else if (!state.pointee[source]) {
          learn(source, pointee_of(*type), state);
        }
      }
      return;
    case Kind::kAddToMemory:
      if (const auto slot = state.slots.find({instruction.memory.base, instruction.memory.offset});
          in_stack(instruction.memory) && slot != state.slots.end()) {
        slot->second += instruction.constant;
      }
      return;
    case Kind::kCall:
      for (Register number = 0; number < kRegisters; ++number) {
        if ((kChangedByCalls >> static_cast<unsigned>(number) & 1U) != 0) state.forget(number);
      }
      return;
    case Kind::kJump:
    case Kind::kBranch:
    case Kind::kReturn:
    case Kind::kOther:
      break;
  }
  for (Register number = 0; number < kRegisters; ++number) {
    if ((instruction.changed >> static_cast<unsigned>(number) & 1U) != 0) state.forget(number);
  }
  if (has_target) {
    if (instruction.kind == Kind::kCopy && has_source && target != source) {
      if (state.value[source] == 0) state.value[source] = ++state.values;
      state.value[target] = state.value[source];
    }
    state.held[target] = held;
    state.pointee[target] = pointee;
    state.place[target] = place;
    state.inside[target] = inside;
    state.within[target] = within;
    state.is_part[target] = is_part;
  }
}

void PointerWalk::learn(std::size_t number, std::optional<Dwarf_Die> pointee, State& state) {
  state.pointee[number] = pointee;
  for (std::size_t other = 0; other < kRegisters && state.value[number] != 0; ++other) {
    if (state.value[other] == state.value[number]) state.pointee[other] = pointee;
  }
}

void PointerWalk::store(const Instruction& instruction, State& state) {
  const std::pair place(instruction.memory.base, instruction.memory.offset);
  state.slots.erase(place);
  state.saved.erase(place);
  if (instruction.source == kNoRegister) return;
  const auto source = static_cast<std::size_t>(instruction.source);
  if (const auto& held = state.held[source]) state.slots[place] = *held;
  if (const auto& pointee = state.pointee[source]) state.saved[place] = *pointee;
}

void PointerWalk::leave(std::uint64_t pc, const MemoryOperand& place, std::int64_t held, const State& state) {
  if (place.index != kNoRegister || place.offset != 0) return;
  const std::optional<Dwarf_Die> pointee = base_pointee(pc, place.base, state);
  if (pointee && is_untyped_pointer(*pointee)) left_untyped_ = held;
}

bool PointerWalk::is_plain_variable(std::uint64_t pc, const MemoryOperand& place) {
  if (!in_stack(place)) return false;
  const auto inside = places_.around(outline_, pc, place);
  return inside && is_scalar(inside->variable.type);
}

std::optional<Dwarf_Die> PointerWalk::base_pointee(std::uint64_t pc, Register base, const State& state) {
  if (base < 0 || base >= kRegisters) return std::nullopt;
  const auto number = static_cast<std::size_t>(base);
  if (state.pointee[number]) return state.pointee[number];
  if (state.held[number]) {
    const auto is_there = [&](const Sighting& seen) {
      return seen.offset == state.held[number] && !is_scalar(seen.pointee);
    };
    const auto seen = std::find_if(sightings_.begin(), sightings_.end(), is_there);
    if (seen != sightings_.end()) return seen->pointee;
  }
  for (const TypedPlaces::Typed& variable : places_.in_register(outline_, pc, base)) {
    if (variable.moved != 0) continue;
    if (std::optional<Dwarf_Die> pointee = pointee_of(variable.type)) return pointee;
  }
  return std::nullopt;
}

std::optional<Dwarf_Die> PointerWalk::type_at(std::uint64_t pc, const MemoryOperand& place, const State& state) {
  if (place.base == kRip || in_stack(place)) {
    if (place.index != kNoRegister) return std::nullopt;
    if (const auto variable = places_.in_memory(outline_, pc, place)) return variable->type;
    if (place.base != kRbp) return std::nullopt;  // rbp may be a register like any other
  }
  for (const Register number : {place.base, place.index}) {
    if (number < 0 || number >= kRegisters) continue;
    const std::optional<Within>& within = state.within[static_cast<std::size_t>(number)];
    if (within && (place.index == kNoRegister || element_of(within->type))) return within->scalar(place.offset);
  }
  std::optional<Dwarf_Die> pointee = base_pointee(pc, place.base, state);
  if (!pointee) pointee = base_pointee(pc, place.index, state);
  if (!pointee) return std::nullopt;
  if (place.offset < 0) return std::nullopt;
  const std::uint64_t bytes = size_of(*pointee);
  const auto offset = static_cast<std::uint64_t>(place.offset);
  return scalar_at(*pointee, bytes != 0 ? offset % bytes : offset);
}

void PointerWalk::see_variables(std::uint64_t address, const State& state) {
  for (Register number = 0; number < kRegisters; ++number) {
    const auto& held = state.held[static_cast<std::size_t>(number)];
    const bool is_part = state.is_part[static_cast<std::size_t>(number)];
    if (!held && !is_part) continue;
    for (const TypedPlaces::Typed& variable : places_.in_register(outline_, address, number)) {
      if (held) {
        see(variable.type, *held + variable.moved, variable.scope, false);
      } else {
        see_within(variable.type);
      }
    }
  }
  for (const auto& [place, held] : state.slots) {
    const MemoryOperand memory{place.first, kNoRegister, place.second};
    if (const auto variable = places_.in_memory(outline_, address, memory)) {
      see(variable->type, held, variable->scope, false);
    }
  }
}

void PointerWalk::see(Dwarf_Die type, std::int64_t offset, std::uint32_t scope, bool is_member) {
  const std::optional<Dwarf_Die> pointee = pointee_of(type);
  if (!pointee || offset < 0) return;
  for (const Sighting& known : sightings_) {
    if (known.pointee.addr == pointee->addr && known.offset == offset && known.scope == scope) return;
  }
  sightings_.push_back({*pointee, offset, scope, is_member});
}

void PointerWalk::see_within(Dwarf_Die type) {
  const std::optional<Dwarf_Die> pointee = pointee_of(type);
  if (!bytes_within_ && pointee && size_of(*pointee) == 1) bytes_within_ = pointee;
}

}  // namespace memline::symbols
