/// \file PointerWalk: follows the pointer that a call returned through the machine code behind the call, and says where
/// it goes.
///
/// An approximation: straight on from the return address, over branches and into both of their ways, until nothing
/// known holds the pointer or enough was seen. What the registers hold of other pointers is known from a look at the
/// code before the call, taken in its order.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "symbols/types/imported_calls.h"
#include "symbols/types/instruction.h"
#include "symbols/types/pointer_state.h"
#include "symbols/types/typed_places.h"

namespace memline::symbols {

class PointerWalk {
 public:
  /// `code` are the bytes at `code_address`. All must outlive it.
  PointerWalk(TypedPlaces& places, const Outline& outline, InstructionDecoder& decoder, ImportedCalls& imported,
              std::span<const std::byte> code, std::uint64_t code_address)
      : places_(places),
        outline_(outline),
        decoder_(decoder),
        imported_(imported),
        code_(code),
        code_address_(code_address) {}

  /// Reads the code before the call: `entry` is where the function begins, `after` the return address.
  void approach(std::uint64_t entry, std::uint64_t after);
  /// To be called behind that. `left_at`: the number of the argument that points to where the call leaves the pointer;
  /// nothing if the pointer is its result.
  void run(std::uint64_t after, std::optional<std::size_t> left_at);

  /// Something of type `pointee` begins `offset` bytes into the block, as a variable says.
  struct Sighting {
    Dwarf_Die pointee{};
    std::int64_t offset = 0;
    std::uint32_t scope = kNoScope;  ///< of the variable
    bool is_member = false;          ///< or of what holds it
  };
  const std::vector<Sighting>& sightings() const { return sightings_; }
  /// A function was called with the pointer, moved by `offset`, in the register of an argument.
  struct Call {
    Instruction instruction;
    std::int64_t offset = 0;
    std::size_t argument = 0;  ///< its number among those that are passed in registers
  };
  const std::vector<Call>& calls() const { return calls_; }
  /// The function returned it.
  std::optional<std::int64_t> returned() const { return returned_; }
  /// It was stored where a void** points to, moved by so much.
  std::optional<std::int64_t> left_untyped() const { return left_untyped_; }
  /// A pointer into the block, but not to its begin, was stored elsewhere, as by whoever hands it out in pieces.
  bool keeps_part() const { return keeps_part_; }
  /// What a variable says that somewhere in the block, behind a head of unknown size, there are: bytes.
  const std::optional<Dwarf_Die>& bytes_within() const { return bytes_within_; }
  /// The call itself; nothing if the code before it could not be read.
  const std::optional<Instruction>& asking() const { return asking_; }

 private:
  using State = PointerState;

  std::optional<Instruction> decode(std::uint64_t address);
  /// Whether a call or a jump goes to a function whose result is its first argument, as memset's is.
  bool gives_back_first(const Instruction& instruction);
  void look_before(std::uint64_t entry, std::uint64_t after, State& state);
  void follow(std::uint64_t address, State state, std::unordered_set<std::uint64_t> visited, int ways);
  void step(const Instruction& instruction, std::uint64_t address, State& state);
  void see_variables(std::uint64_t address, const State& state);
  void see(Dwarf_Die type, std::int64_t offset, std::uint32_t scope, bool is_member);
  void see_within(Dwarf_Die type);
  void store(const Instruction& instruction, State& state);
  /// The pointer is stored in memory that is not the function's own.
  void leave(std::uint64_t pc, const MemoryOperand& place, std::int64_t held, const State& state);
  /// What a register's value points to turned out behind the instruction that set it.
  static void learn(std::size_t number, std::optional<Dwarf_Die> pointee, State& state);
  /// Whether it is a local variable of its own, not a member or an element of one.
  bool is_plain_variable(std::uint64_t pc, const MemoryOperand& place);
  /// The type of what lies at a place in memory.
  std::optional<Dwarf_Die> type_at(std::uint64_t pc, const MemoryOperand& place, const State& state);
  std::optional<Dwarf_Die> base_pointee(std::uint64_t pc, Register base, const State& state);

  TypedPlaces& places_;
  const Outline& outline_;
  InstructionDecoder& decoder_;
  ImportedCalls& imported_;
  std::span<const std::byte> code_;
  std::uint64_t code_address_;
  int steps_ = 0;
  State before_;  ///< the call
  std::vector<Sighting> sightings_;
  std::vector<Call> calls_;
  std::optional<std::int64_t> returned_;
  std::optional<std::int64_t> left_untyped_;
  std::optional<Instruction> asking_;
  std::optional<Dwarf_Die> bytes_within_;
  bool keeps_part_ = false;
};

}  // namespace memline::symbols
