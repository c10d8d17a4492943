#include "unwinder/rows.h"

namespace memline::capture {
namespace {

// Pointer encodings (DW_EH_PE_*): low four bits the format, then how the number is to be applied.
constexpr std::uint8_t kOmit = 0xFF;
constexpr std::uint8_t kFormatMask = 0x0F;
constexpr std::uint8_t kApplicationMask = 0xF0;  // with the indirect bit, which no code address uses

bool read_format(ByteReader& reader, std::uint8_t format, std::uint64_t& out) noexcept {
  switch (format) {
    case 0x00:
    case 0x04:
    case 0x0C:
      out = reader.read<std::uint64_t>();
      break;
    case 0x01:
      out = reader.uleb();
      break;
    case 0x02:
      out = reader.read<std::uint16_t>();
      break;
    case 0x03:
      out = reader.read<std::uint32_t>();
      break;
    case 0x09:
      out = static_cast<std::uint64_t>(reader.sleb());
      break;
    case 0x0A:
      out = static_cast<std::uint64_t>(static_cast<std::int64_t>(reader.read<std::int16_t>()));
      break;
    case 0x0B:
      out = static_cast<std::uint64_t>(static_cast<std::int64_t>(reader.read<std::int32_t>()));
      break;
    default:
      return false;
  }
  return reader.ok();
}

/// The extent of the record at `offset`: [body, end), body being behind the length.
struct Record {
  std::size_t body;
  std::size_t end;
  std::uint32_t id;  // 0 in a CIE, in an FDE the distance back to its CIE
};

enum class RecordKind { kBad, kTerminator, kRecord };

RecordKind read_record(const Section& section, std::size_t offset, Record& out) noexcept {
  ByteReader reader(section.data, offset, section.size);
  std::uint64_t length = reader.read<std::uint32_t>();
  if (!reader.ok()) return RecordKind::kBad;
  if (length == 0) return RecordKind::kTerminator;
  if (length == 0xFFFFFFFF) length = reader.read<std::uint64_t>();
  if (!reader.ok() || length > section.size - reader.position() || length < 4) return RecordKind::kBad;
  out.body = reader.position();
  out.end = reader.position() + length;
  out.id = reader.read<std::uint32_t>();
  return reader.ok() ? RecordKind::kRecord : RecordKind::kBad;
}

/// The augmentation string's letters behind 'z' and the data that each of them has.
bool read_augmentation(ByteReader& reader, const Section& section, std::size_t letters, Cie& out) noexcept {
  const std::uint64_t size = reader.uleb();
  if (!reader.ok() || size > section.size - reader.position()) return false;
  const std::size_t end = reader.position() + size;
  ByteReader data(section.data, reader.position(), end);
  for (std::size_t i = letters; section.data[i] != 0; ++i) {
    std::uint64_t ignored = 0;
    switch (section.data[i]) {
      case 'R':
        out.pointer_encoding = data.read<std::uint8_t>();
        break;
      case 'L':
        data.read<std::uint8_t>();
        break;
      case 'P': {
        const auto encoding = data.read<std::uint8_t>();
        if (encoding != kOmit && !read_format(data, encoding & kFormatMask, ignored)) return false;
        break;
      }
      case 'S':
        out.is_signal_frame = true;
        break;
      default:
        return false;
    }
  }
  if (!data.ok()) return false;
  reader.seek(end);
  return reader.ok();
}

bool parse_cie(const Section& section, std::size_t offset, Cie& out) noexcept {
  out = Cie{};
  Record record{};
  if (read_record(section, offset, record) != RecordKind::kRecord || record.id != 0) return false;
  ByteReader reader(section.data, record.body + 4, record.end);
  const auto version = reader.read<std::uint8_t>();
  if (version != 1 && version != 3) return false;
  const std::size_t augmentation = reader.position();
  std::uint8_t letter = reader.read<std::uint8_t>();
  while (reader.ok() && letter != 0) letter = reader.read<std::uint8_t>();
  out.code_alignment = reader.uleb();
  out.data_alignment = reader.sleb();
  const std::uint64_t return_register = version == 1 ? reader.read<std::uint8_t>() : reader.uleb();
  if (!reader.ok() || return_register != kRegisterReturn) return false;
  if (section.data[augmentation] == 'z') {
    out.has_augmentation_data = true;
    const Section cut{section.data, record.end, section.address};
    if (!read_augmentation(reader, cut, augmentation + 1, out)) return false;
  } else if (section.data[augmentation] != 0) {
    return false;
  }
  out.offset = offset;
  out.instructions_begin = reader.position();
  out.instructions_end = record.end;
  out.is_valid = true;
  return true;
}

bool parse_fde_body(const Section& section, const Record& record, Cie& cie, Fde& out) noexcept {
  if (record.id == 0 || record.id > record.body) return false;
  const std::size_t cie_offset = record.body - record.id;
  if ((!cie.is_valid || cie.offset != cie_offset) && !parse_cie(section, cie_offset, cie)) return false;
  ByteReader reader(section.data, record.body + 4, record.end);
  std::uint64_t size = 0;
  if (!read_encoded(reader, section, cie.pointer_encoding, 0, out.begin)) return false;
  if (!read_format(reader, cie.pointer_encoding & kFormatMask, size)) return false;
  if (size > ~out.begin) return false;
  out.end = out.begin + size;
  if (cie.has_augmentation_data) reader.skip(reader.uleb());
  out.instructions_begin = reader.position();
  out.instructions_end = record.end;
  return reader.ok();
}

/// Runs call frame instructions; one object for the CIE's and then the FDE's program.
class RowProgram {
 public:
  RowProgram(const Section& section, const Cie& cie, std::uint64_t begin, std::uint64_t pc, RowScratch& scratch,
             FullRow& row) noexcept
      : section_(section), cie_(cie), location_(begin), pc_(pc), scratch_(scratch), row_(row) {}

  bool run(std::size_t begin, std::size_t end) noexcept {
    ByteReader reader(section_.data, begin, end);
    while (!reader.at_end() && location_ <= pc_) {
      const auto byte = reader.read<std::uint8_t>();
      if (!execute(byte, reader) || !reader.ok()) return false;
    }
    return reader.ok();
  }

 private:
  void set(std::uint64_t reg, RuleKind kind, std::int64_t value, std::uint32_t size = 0) noexcept {
    if (reg < kRegisterCount) row_.rules[reg] = Rule{value, size, kind};  // others (vector registers) find no frame
  }

  std::int64_t factored(std::uint64_t count) const noexcept {
    return static_cast<std::int64_t>(count * static_cast<std::uint64_t>(cie_.data_alignment));
  }

  void advance(std::uint64_t count) noexcept { location_ += count * cie_.code_alignment; }

  bool set_cfa(std::uint64_t reg, std::int64_t offset) noexcept {
    if (reg >= kRegisterCount) return false;
    row_.cfa = CfaRule{offset, 0, static_cast<std::uint16_t>(reg), false, true};
    return true;
  }

  /// Skips a block and gives where it is.
  bool block(ByteReader& reader, std::int64_t& begin, std::uint32_t& size) noexcept {
    const std::uint64_t length = reader.uleb();
    begin = static_cast<std::int64_t>(reader.position());
    reader.skip(length);
    size = static_cast<std::uint32_t>(length);
    return reader.ok() && length <= 0xFFFF;
  }

  bool execute(std::uint8_t byte, ByteReader& reader) noexcept {
    const std::uint8_t operand = byte & 0x3F;
    switch (byte & 0xC0) {
      case 0x40:  // advance_loc
        advance(operand);
        return true;
      case 0x80:  // offset
        set(operand, RuleKind::kOffset, factored(reader.uleb()));
        return true;
      case 0xC0:  // restore
        if (operand < kRegisterCount) row_.rules[operand] = scratch_.initial.rules[operand];
        return true;
      default:
        return byte <= 0x0B ? execute_basic(byte, reader) : execute_extended(byte, reader);
    }
  }

  bool execute_basic(std::uint8_t byte, ByteReader& reader) noexcept {
    switch (byte) {
      case 0x00:  // nop
        return true;
      case 0x01:  // set_loc
        return read_encoded(reader, section_, cie_.pointer_encoding, 0, location_);
      case 0x02:  // advance_loc1, 2, 4
        advance(reader.read<std::uint8_t>());
        return true;
      case 0x03:
        advance(reader.read<std::uint16_t>());
        return true;
      case 0x04:
        advance(reader.read<std::uint32_t>());
        return true;
      case 0x05: {  // offset_extended
        const std::uint64_t reg = reader.uleb();
        set(reg, RuleKind::kOffset, factored(reader.uleb()));
        return true;
      }
      case 0x06: {  // restore_extended
        const std::uint64_t reg = reader.uleb();
        if (reg < kRegisterCount) row_.rules[reg] = scratch_.initial.rules[reg];
        return true;
      }
      case 0x07:  // undefined
        set(reader.uleb(), RuleKind::kUndefined, 0);
        return true;
      case 0x08:  // same_value
        set(reader.uleb(), RuleKind::kSameValue, 0);
        return true;
      case 0x09: {  // register
        const std::uint64_t reg = reader.uleb();
        set(reg, RuleKind::kRegister, static_cast<std::int64_t>(reader.uleb()));
        return true;
      }
      case 0x0A:  // remember_state
        if (depth_ == RowScratch::kSavedStates) return false;
        scratch_.saved[depth_++] = row_;
        return true;
      default:  // 0x0B restore_state
        if (depth_ == 0) return false;
        row_ = scratch_.saved[--depth_];
        return true;
    }
  }

  bool execute_extended(std::uint8_t byte, ByteReader& reader) noexcept {
    std::int64_t begin = 0;
    std::uint32_t size = 0;
    if (byte == 0x13) {  // def_cfa_offset_sf
      const std::int64_t offset = factored(static_cast<std::uint64_t>(reader.sleb()));
      return !row_.cfa.is_expression && set_cfa(row_.cfa.reg, offset);
    }
    const std::uint64_t first = byte == 0x0F ? 0 : reader.uleb();
    switch (byte) {
      case 0x0C:  // def_cfa
        return set_cfa(first, static_cast<std::int64_t>(reader.uleb()));
      case 0x0D:  // def_cfa_register
        return !row_.cfa.is_expression && set_cfa(first, row_.cfa.offset);
      case 0x0E:  // def_cfa_offset
        return !row_.cfa.is_expression && set_cfa(row_.cfa.reg, static_cast<std::int64_t>(first));
      case 0x0F:  // def_cfa_expression
        if (!block(reader, begin, size)) return false;
        row_.cfa = CfaRule{begin, size, 0, true, true};
        return true;
      case 0x10:  // expression
      case 0x16:  // val_expression
        if (!block(reader, begin, size)) return false;
        set(first, byte == 0x10 ? RuleKind::kExpression : RuleKind::kValExpression, begin, size);
        return true;
      case 0x11:  // offset_extended_sf
        set(first, RuleKind::kOffset, factored(static_cast<std::uint64_t>(reader.sleb())));
        return true;
      case 0x12:  // def_cfa_sf
        return set_cfa(first, factored(static_cast<std::uint64_t>(reader.sleb())));
      case 0x14:  // val_offset
        set(first, RuleKind::kValOffset, factored(reader.uleb()));
        return true;
      case 0x15:  // val_offset_sf
        set(first, RuleKind::kValOffset, factored(static_cast<std::uint64_t>(reader.sleb())));
        return true;
      case 0x2E:  // GNU_args_size: matters to landing pads only
        return true;
      case 0x2F:  // GNU_negative_offset_extended
        set(first, RuleKind::kOffset, factored(~reader.uleb() + 1));
        return true;
      default:
        return false;
    }
  }

  const Section& section_;
  const Cie& cie_;
  std::uint64_t location_;
  std::uint64_t pc_;
  RowScratch& scratch_;
  FullRow& row_;
  unsigned depth_ = 0;
};

}  // namespace

bool read_encoded(ByteReader& reader, const Section& section, std::uint8_t encoding, std::uint64_t base,
                  std::uint64_t& out) noexcept {
  if (encoding == kOmit) return false;
  const std::uint64_t here = section.address + reader.position();
  if (!read_format(reader, encoding & kFormatMask, out)) return false;
  switch (encoding & kApplicationMask) {
    case 0x00:
      return true;
    case 0x10:  // relative to the pointer itself
      out += here;
      return true;
    case 0x30:  // relative to the section
      out += base;
      return base != 0;
    default:
      return false;
  }
}

bool parse_fde(const Section& section, std::size_t offset, Cie& cie, Fde& out) noexcept {
  Record record{};
  return read_record(section, offset, record) == RecordKind::kRecord && parse_fde_body(section, record, cie, out);
}

bool find_fde(const Section& section, std::uint64_t pc, Cie& cie, Fde& out) noexcept {
  std::size_t offset = 0;
  while (offset < section.size) {
    Record record{};
    const RecordKind kind = read_record(section, offset, record);
    if (kind == RecordKind::kBad) return false;
    if (kind == RecordKind::kTerminator) {
      offset += 4;  // several inputs of a linker may each have ended with one
      continue;
    }
    if (record.id != 0 && parse_fde_body(section, record, cie, out) && pc >= out.begin && pc < out.end) return true;
    offset = record.end;
  }
  return false;
}

bool find_row(const Section& section, const Cie& cie, const Fde& fde, std::uint64_t pc, RowScratch& scratch,
              FullRow& out) noexcept {
  out = FullRow{};
  RowProgram program(section, cie, fde.begin, pc, scratch, out);
  if (!program.run(cie.instructions_begin, cie.instructions_end)) return false;
  scratch.initial = out;
  return program.run(fde.instructions_begin, fde.instructions_end) && out.cfa.is_set;
}

}  // namespace memline::capture
