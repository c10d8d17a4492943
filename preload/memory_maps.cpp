#include "memory_maps.h"

#include "sys.h"
#include "text.h"

namespace memline::capture {
namespace {

bool take_hex(std::string_view& text, std::uint64_t& out) noexcept {
  std::uint64_t value = 0;
  std::size_t i = 0;
  for (; i < text.size() && i < 16 && hex_digit(text[i]) < 16; ++i) value = (value << 4) | hex_digit(text[i]);
  if (i == 0) return false;
  text.remove_prefix(i);
  out = value;
  return true;
}

bool take(std::string_view& text, char wanted) noexcept {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

void drop_word(std::string_view& text) noexcept {
  while (!text.empty() && text.front() != ' ') text.remove_prefix(1);
}

void drop_blanks(std::string_view& text) noexcept {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

}  // namespace

bool parse_map_line(std::string_view text, MapLine& line) noexcept {
  line = {};
  if (!take_hex(text, line.begin) || !take(text, '-') || !take_hex(text, line.end) || !take(text, ' ')) return false;
  if (text.size() < 4 || line.end <= line.begin) return false;
  if (text[0] == 'r') line.protection |= PROT_READ;
  if (text[1] == 'w') line.protection |= PROT_WRITE;
  if (text[2] == 'x') line.protection |= PROT_EXEC;
  line.shared = text[3] == 's';
  for (int field = 0; field < 2; ++field) {  // protection, offset
    drop_word(text);
    drop_blanks(text);
  }
  line.file = text;
  drop_word(text);
  drop_blanks(text);
  drop_word(text);
  line.file.remove_suffix(text.size());
  drop_blanks(text);
  line.name = text;
  return true;
}

bool MemoryMaps::fill() noexcept {
  __builtin_memmove(buffer_, buffer_ + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ == capacity_) return false;
  const long got = sys::pread(fd_, buffer_ + end_, capacity_ - end_, offset_);
  if (got <= 0) {
    complete_ = complete_ && got == 0;
    return false;
  }
  end_ += static_cast<std::size_t>(got);
  offset_ += static_cast<std::uint64_t>(got);
  return true;
}

bool MemoryMaps::next(MapLine& line) noexcept {
  for (;;) {
    const std::string_view text(buffer_ + begin_, end_ - begin_);
    const std::size_t end = text.find('\n');
    if (end != std::string_view::npos) {
      begin_ += end + 1;
      if (parse_map_line({text.data(), end}, line)) return true;
      complete_ = false;
      continue;
    }
    if (fill()) continue;
    if (begin_ != end_) complete_ = false;
    return false;
  }
}

}  // namespace memline::capture
