#include "base/escape.h"

#include <cstddef>
#include <cstdint>

namespace memline {
namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  ///< 0: not valid UTF-8
};

/// Decodes the code point at the start of `text`; refuses overlong forms, surrogates and values beyond Unicode.
CodePoint decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  std::size_t length = 0;
  std::uint32_t least = 0;
  std::uint32_t value = 0;
  if (first >= 0xc2 && first <= 0xdf) {
    length = 2, least = 0x80, value = first & 0x1f;
  } else if ((first & 0xf0) == 0xe0) {
    length = 3, least = 0x800, value = first & 0x0f;
  } else if (first >= 0xf0 && first <= 0xf4) {
    length = 4, least = 0x10000, value = first & 0x07;
  }
  if (length == 0 || text.size() < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3f);
  }
  if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
  return {value, length};
}

bool is_control(std::uint32_t value) {
  return value < 0x20 || (value >= 0x7f && value <= 0x9f) ||       // C0, DEL, C1
         value == 0x61c || value == 0x200e || value == 0x200f ||   // marks of writing direction
         (value >= 0x2028 && value <= 0x202e) ||                   // separators, embeddings and overrides
         (value >= 0x2066 && value <= 0x2069) || value == 0xfeff;  // isolates, byte order mark
}

void append_hex(std::string& out, std::uint32_t value, int least_digits) {
  constexpr char kDigits[] = "0123456789abcdef";
  int digits = 8;
  while (digits > least_digits && (value >> (4 * (digits - 1))) == 0) --digits;
  for (int i = digits - 1; i >= 0; --i) out += kDigits[(value >> (4 * i)) & 15];
}

void append_control(std::string& out, std::uint32_t value) {
  if (value == '\n') {
    out += "\\n";
  } else if (value == '\t') {
    out += "\\t";
  } else if (value == '\r') {
    out += "\\r";
  } else if (value < 0x80) {
    out += "\\x";
    append_hex(out, value, 2);
  } else {
    out += "\\u{";
    append_hex(out, value, 4);
    out += '}';
  }
}

}  // namespace

std::string escape_control(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    if (point.bytes == 0) {
      out += "\\x";
      append_hex(out, static_cast<unsigned char>(text[0]), 2);
      text.remove_prefix(1);
      continue;
    }
    if (point.value == '\\') {
      out += "\\\\";
    } else if (is_control(point.value)) {
      append_control(out, point.value);
    } else {
      out.append(text.substr(0, point.bytes));
    }
    text.remove_prefix(point.bytes);
  }
  return out;
}

}  // namespace memline
