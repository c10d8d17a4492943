// The .eh_frame readers: a table built by hand, this program's own, and both with every bit of some entries flipped.
// Built with the address and undefined-behaviour sanitizers whatever the preset.
#include "unwinder/rows.h"

#include <elf.h>
#include <link.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "support/catch.h"
#include "unwinder/frame_table.h"
#include "unwinder/short_row.h"

using namespace memline::capture;

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kAddress = 0x10000;
constexpr std::uint64_t kCode = 0x400000;

void put32(Bytes& out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

/// Appends a record: length, id and body, padded to eight bytes.
void put_record(Bytes& out, std::uint32_t id, Bytes body) {
  while ((body.size() + 8) % 8 != 0) body.push_back(0);
  put32(out, static_cast<std::uint32_t>(body.size() + 4));
  put32(out, id);
  out.insert(out.end(), body.begin(), body.end());
}

/// A CIE "zR" with absolute 4-byte pointers: code alignment 1, data alignment -8, CFA = rsp + 8, return address at CFA
/// - 8.
Bytes cie_body(const char* augmentation = "zR") {
  Bytes body{1};
  for (const char* c = augmentation; *c != '\0'; ++c) body.push_back(static_cast<std::uint8_t>(*c));
  body.push_back(0);
  for (const int byte : {1, 0x78, 16, 1, 0x03, 0x0C, 7, 8, 0x90, 1}) body.push_back(static_cast<std::uint8_t>(byte));
  return body;
}

Bytes fde_body(std::uint64_t begin, std::uint32_t size, const Bytes& program) {
  Bytes body;
  put32(body, static_cast<std::uint32_t>(begin));
  put32(body, size);
  body.push_back(0);
  body.insert(body.end(), program.begin(), program.end());
  return body;
}

/// One CIE and one FDE of 64 bytes of code.
Bytes section_with(const Bytes& program, const char* augmentation = "zR") {
  Bytes out;
  put_record(out, 0, cie_body(augmentation));
  const auto distance = static_cast<std::uint32_t>(out.size() + 4);
  put_record(out, distance, fde_body(kCode, 64, program));
  put32(out, 0);
  return out;
}

Section section_of(const Bytes& bytes) {
  return Section{bytes.data(), bytes.size(), kAddress};
}

struct Found {
  bool ok = false;
  FullRow row{};
  ShortRow short_row{};
  MemoryRow memory{};
};

Found row_at(const Bytes& bytes, std::uint64_t pc) {
  const Section section = section_of(bytes);
  Found found;
  Cie cie{};
  Fde fde{};
  static RowScratch scratch;
  found.ok = find_fde(section, pc, cie, fde) && find_row(section, cie, fde, pc, scratch, found.row);
  if (found.ok) found.short_row = reduce(section, found.row, cie.is_signal_frame, pc, found.memory);
  return found;
}

// push %rbp at 1, mov %rsp,%rbp at 4, leave at 20 (state remembered before, restored after).
const Bytes kFramePointer{0x41, 0x0E, 16, 0x86, 2, 0x43, 0x0D, 6, 0x50, 0x0A, 0x0C, 7, 8, 0x41, 0x0B};

}  // namespace

TEST_CASE("rows of a function with a frame pointer") {
  const Bytes bytes = section_with(kFramePointer);
  Found found = row_at(bytes, kCode);
  REQUIRE(found.ok);
  CHECK(found.short_row.kind == RowKind::kSp);
  CHECK(found.short_row.cfa_offset == 8);
  CHECK(found.short_row.bp_offset == 0);
  found = row_at(bytes, kCode + 1);
  CHECK(found.short_row.kind == RowKind::kSp);
  CHECK(found.short_row.cfa_offset == 16);
  CHECK(found.short_row.bp_offset == -16);
  for (const std::uint64_t at : {4, 19, 21, 63}) {
    found = row_at(bytes, kCode + at);
    CHECK(found.short_row.kind == RowKind::kBp);
    CHECK(found.short_row.cfa_offset == 16);
    CHECK(found.short_row.bp_offset == -16);
  }
  // At the ret bp is still said to be saved, where it was: below sp by now, so outside of the frame.
  found = row_at(bytes, kCode + 20);
  CHECK(found.short_row.kind == RowKind::kMemory);
  CHECK(found.memory.cfa.base == Place::Base::kSp);
  CHECK(found.memory.cfa.offset == 8);
  CHECK(found.memory.bp.offset == -16);
  CHECK_FALSE(row_at(bytes, kCode + 64).ok);
  CHECK_FALSE(row_at(bytes, kCode - 1).ok);
}

TEST_CASE("an undefined return address is the root") {
  const Found found = row_at(section_with({0x07, 16}), kCode);
  REQUIRE(found.ok);
  CHECK(found.short_row.kind == RowKind::kRoot);
}

TEST_CASE("the expression of a PLT entry is a number of bytes above sp at each of its places") {
  // def_cfa_expression: breg7(rsp)+8; breg16(rip)+0; lit15; and; lit11; ge; lit3; shl; plus
  const Bytes bytes = section_with({0x0F, 11, 0x77, 8, 0x80, 0, 0x3F, 0x1A, 0x3B, 0x2A, 0x33, 0x24, 0x22});
  for (std::uint64_t at = 0; at < 32; ++at) {
    const Found found = row_at(bytes, kCode + at);
    REQUIRE(found.ok);
    CHECK(found.short_row.kind == RowKind::kSp);
    CHECK(found.short_row.cfa_offset == (at % 16 >= 11 ? 16 : 8));
  }
}

TEST_CASE("a realigned stack's CFA is a word at bp") {
  // def_cfa_expression: breg6(rbp)-8; deref     expression rbp: breg6+0
  const Bytes bytes = section_with({0x0F, 3, 0x76, 0x78, 0x06, 0x10, 6, 2, 0x76, 0});
  const Found found = row_at(bytes, kCode);
  REQUIRE(found.ok);
  CHECK(found.short_row.kind == RowKind::kMemory);
  CHECK(found.memory.cfa.base == Place::Base::kBp);
  CHECK(found.memory.cfa.offset == -8);
  CHECK(found.memory.cfa.loaded);
  CHECK(found.memory.bp.base == Place::Base::kBp);
  CHECK(found.memory.bp.offset == 0);
  CHECK(found.memory.return_address.base == Place::Base::kCfa);
  CHECK(found.memory.return_address.offset == -8);
  CHECK_FALSE(found.memory.is_signal);
}

TEST_CASE("a signal frame's registers are words above sp") {
  // CFA: breg7+160; deref   rsp: breg7+160   rip: breg7+168   rbp: breg7+120 (signed LEB128: two bytes each)
  const Bytes bytes = section_with({0x0F, 4,  0x77, 0xA0, 0x01, 0x06, 0x10, 7, 3, 0x77, 0xA0, 0x01,
                                    0x10, 16, 3,    0x77, 0xA8, 0x01, 0x10, 6, 3, 0x77, 0xF8, 0x00},
                                   "zRS");
  const Found found = row_at(bytes, kCode);
  REQUIRE(found.ok);
  CHECK(found.short_row.kind == RowKind::kMemory);
  CHECK(found.memory.is_signal);
  const MemoryRow kernel = kernel_signal_row();
  CHECK(found.memory.cfa.offset == kernel.cfa.offset);
  CHECK(found.memory.cfa.loaded == kernel.cfa.loaded);
  CHECK(found.memory.return_address.offset == kernel.return_address.offset);
  CHECK(found.memory.bp.offset == kernel.bp.offset);
}

TEST_CASE("rows that need other registers are left to the evaluator") {
  CHECK(row_at(section_with({0x0C, 3, 16}), kCode).short_row.kind == RowKind::kFull);          // CFA = rbx + 16
  CHECK(row_at(section_with({0x09, 16, 5}), kCode).short_row.kind == RowKind::kFull);          // return address in rdi
  CHECK(row_at(section_with({0x16, 6, 2, 0x73, 0}), kCode).short_row.kind == RowKind::kFull);  // rbp is rbx's value
  CHECK(row_at(section_with({0x0F, 2, 0x7A, 0}), kCode).short_row.kind == RowKind::kFull);     // CFA = r10
}

TEST_CASE("programs that are not understood give no row") {
  CHECK_FALSE(row_at(section_with({0x3F}), kCode).ok);  // no such instruction
  CHECK_FALSE(row_at(section_with({0x0B}), kCode).ok);  // restore without remember
  CHECK_FALSE(row_at(section_with({0x0A, 0x0A, 0x0A, 0x0A, 0x0A, 0x0A, 0x0A}), kCode).ok);
  CHECK_FALSE(row_at(section_with({0x0F, 0x7F}), kCode).ok);  // a block beyond the record
  CHECK_FALSE(row_at(section_with({}, "zQ"), kCode).ok);
}

namespace {

/// This program's own .eh_frame, as the loader sees it.
struct OwnTables {
  Bytes header;
  Bytes eh_frame;
  FrameTable table{};
  Section section{};
  bool ok = false;
};

OwnTables own_tables() {
  OwnTables own;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* out_pointer) {
        auto& out = *static_cast<OwnTables*>(out_pointer);
        const auto segment_end = [&](std::uint64_t address) {
          for (int i = 0; i < info->dlpi_phnum; ++i) {
            const auto& segment = info->dlpi_phdr[i];
            const std::uint64_t begin = info->dlpi_addr + segment.p_vaddr;
            if (segment.p_type == PT_LOAD && address - begin < segment.p_filesz) return begin + segment.p_filesz;
          }
          return address;
        };
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          if (info->dlpi_phdr[i].p_type != PT_GNU_EH_FRAME) continue;
          const std::uint64_t address = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
          const auto* data = reinterpret_cast<const std::uint8_t*>(address);
          out.header.assign(data, data + info->dlpi_phdr[i].p_memsz);
          if (!parse_frame_table(Section{out.header.data(), out.header.size(), address}, out.table)) return 1;
          const std::uint64_t begin = out.table.eh_frame_address;
          const auto* frames = reinterpret_cast<const std::uint8_t*>(begin);
          out.eh_frame.assign(frames, frames + (segment_end(begin) - begin));
          out.section = Section{out.eh_frame.data(), out.eh_frame.size(), begin};
          out.ok = true;
        }
        return 1;  // the main program comes first
      },
      &own);
  return own;
}

/// Looks up `pc` in every way; the results do not matter.
void look_up(const FrameTable& table, const Section& section, std::uint64_t pc) {
  static RowScratch scratch;
  FullRow row{};
  MemoryRow memory{};
  Cie cie{};
  Fde fde{};
  if (find_fde(table, section, pc, cie, fde) && find_row(section, cie, fde, pc, scratch, row)) {
    reduce(section, row, cie.is_signal_frame, pc, memory);
  }
}

}  // namespace

TEST_CASE("this program's own functions are found by table and by scan alike") {
  const OwnTables own = own_tables();
  REQUIRE(own.ok);
  REQUIRE(own.table.entry_count > 100);
  const std::uint64_t functions[] = {reinterpret_cast<std::uint64_t>(&own_tables),
                                     reinterpret_cast<std::uint64_t>(&look_up),
                                     reinterpret_cast<std::uint64_t>(&find_row)};
  for (const std::uint64_t pc : functions) {
    Cie cie{};
    Fde by_table{};
    Fde by_scan{};
    REQUIRE(find_fde(own.table, own.section, pc, cie, by_table));
    REQUIRE(find_fde(own.section, pc, cie, by_scan));
    CHECK(by_table.begin == pc);
    CHECK(by_scan.begin == pc);
    CHECK(by_table.end == by_scan.end);
    CHECK(by_table.instructions_begin == by_scan.instructions_begin);
  }
}

TEST_CASE("every flipped bit of some real entries is survived") {
  OwnTables own = own_tables();
  REQUIRE(own.ok);
  const auto pc = reinterpret_cast<std::uint64_t>(&own_tables);
  Cie cie{};
  Fde fde{};
  REQUIRE(find_fde(own.table, own.section, pc, cie, fde));
  const std::size_t pieces[][2] = {{cie.offset, cie.instructions_end},
                                   {fde.instructions_begin - 24, fde.instructions_end}};
  for (const auto& piece : pieces) {
    for (std::size_t at = piece[0]; at < piece[1]; ++at) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        own.eh_frame[at] ^= static_cast<std::uint8_t>(1u << bit);
        look_up(own.table, own.section, pc + 40);
        own.eh_frame[at] ^= static_cast<std::uint8_t>(1u << bit);
      }
    }
  }
  for (std::size_t at = 0; at < 12; ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      own.header[at] ^= static_cast<std::uint8_t>(1u << bit);
      FrameTable table{};
      if (parse_frame_table(Section{own.header.data(), own.header.size(), own.table.header.address}, table)) {
        look_up(table, own.section, pc + 40);
      }
      own.header[at] ^= static_cast<std::uint8_t>(1u << bit);
    }
  }
  SUCCEED("no sanitizer stopped the program");
}

TEST_CASE("sections cut at every length, and random bytes") {
  const Bytes whole = section_with(kFramePointer);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    row_at(cut, kCode + 21);
  }
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    // Any program in a sound FDE, with instructions that take expressions made likely.
    Bytes program;
    for (unsigned i = 0; i < 1 + random() % 40; ++i) {
      program.push_back(static_cast<std::uint8_t>(random() % 3 == 0 ? 0x0F + random() % 8 : random()));
    }
    row_at(section_with(program), kCode + random() % 64);
  }
  CHECK(row_at(whole, kCode + 21).ok);
}
