/// \file Text: a bounded piece of text on the stack; what does not fit is cut, and cut() says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace memline::capture {

template <std::size_t kCapacity>
class Text {
 public:
  const char* c_str() const noexcept { return bytes_; }
  const char* data() const noexcept { return bytes_; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  bool cut() const noexcept { return cut_; }
  std::string_view view() const noexcept { return {bytes_, size_}; }
  void clear() noexcept {
    size_ = 0;
    cut_ = false;
    bytes_[0] = '\0';
  }

  void add(char byte) noexcept {
    if (size_ + 1 >= kCapacity) {
      cut_ = true;
      return;
    }
    bytes_[size_++] = byte;
    bytes_[size_] = '\0';
  }
  void add(std::string_view text) noexcept {
    for (const char byte : text) add(byte);
  }
  void add_number(std::uint64_t number) noexcept {
    char digits[20];
    std::size_t count = 0;
    do {
      digits[count++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    while (count > 0) add(digits[--count]);
  }
  /// A newline at the end, even where the text had to be cut for it.
  void finish_line() noexcept {
    if (size_ + 1 >= kCapacity) --size_;
    add('\n');
  }

 private:
  char bytes_[kCapacity] = {};
  std::size_t size_ = 0;
  bool cut_ = false;
};

/// The first `most` bytes. (substr may throw, and so would need libstdc++.)
inline std::string_view cut_text(std::string_view text, std::size_t most) noexcept {
  return {text.data(), text.size() < most ? text.size() : most};
}

/// The value of a lower-case hexadecimal digit; 16: it is none.
constexpr unsigned hex_digit(char byte) noexcept {
  if (byte >= '0' && byte <= '9') return static_cast<unsigned>(byte - '0');
  return byte >= 'a' && byte <= 'f' ? static_cast<unsigned>(byte - 'a') + 10 : 16;
}

/// The part after the last slash.
inline std::string_view last_part(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : std::string_view(path.data() + slash + 1, path.size() - slash - 1);
}

/// Long enough for any path that the kernel takes.
using PathText = Text<4096>;

}  // namespace memline::capture
