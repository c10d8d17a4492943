/// \file CallFrames: how to get from a frame to its caller, by the call frame information (.eh_frame) of one ELF file.
///
/// Reduced to what compilers of x86-64 write: the canonical frame address is rsp or rbp plus an offset, or is kept in
/// memory at such a place (functions that align their stack); the return address and the caller's rbp lie beside it.
/// Anything else (signal frames, hand-written expressions) has no row: the walk ends there. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

struct Dwarf_CFI_s;

namespace memline::symbols {

class ElfFile;

struct CallFrameRow {
  enum class Base : std::uint8_t { kSp, kBp };
  enum class SavedBp : std::uint8_t {
    kUntouched,  ///< rbp is the caller's
    kAtCfa,      ///< at the frame address + bp_offset
    kAtBp,       ///< at rbp + bp_offset
  };
  Base base = Base::kSp;
  bool cfa_in_memory = false;  ///< base + cfa_offset is where it is kept
  bool outermost = false;      ///< there is no caller
  SavedBp saved_bp = SavedBp::kUntouched;
  std::int32_t cfa_offset = 0;
  std::int32_t bp_offset = 0;
  std::int32_t return_offset = -8;  ///< of the return address, from the frame address

  friend bool operator==(const CallFrameRow&, const CallFrameRow&) = default;
};

class CallFrames {
 public:
  /// Null: no such file, or no ELF file of this machine.
  static std::unique_ptr<CallFrames> open(const std::string& path);
  ~CallFrames();
  CallFrames(const CallFrames&) = delete;
  CallFrames& operator=(const CallFrames&) = delete;

  /// The row for the instruction at this offset (address minus load bias); null: it has none that is understood.
  const CallFrameRow* row(std::uint64_t offset);
  /// The load bias where the bytes of the file from `file_offset` on are mapped at `address`.
  std::optional<std::uint64_t> bias(std::uint64_t address, std::uint64_t file_offset) const;
  const std::string& build_id() const;

 private:
  explicit CallFrames(std::unique_ptr<ElfFile> file);

  std::unique_ptr<ElfFile> file_;
  Dwarf_CFI_s* table_;
  std::unordered_map<std::uint64_t, std::optional<CallFrameRow>> rows_;
};

}  // namespace memline::symbols
