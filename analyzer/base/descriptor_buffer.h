/// \file DescriptorBuffer: lets an ostream write to a file descriptor and keeps why the first failing write failed, which
/// std::cout forgets. After a failure nothing is written any more. Does not own the descriptor. One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <streambuf>

namespace memline {

class DescriptorBuffer : public std::streambuf {
 public:
  explicit DescriptorBuffer(int descriptor) : descriptor_(descriptor) {
    setp(bytes_.data(), bytes_.data() + bytes_.size());
  }

  /// errno of the first write that failed; 0: none did.
  int error() const { return error_; }

 protected:
  int_type overflow(int_type character) override;
  int sync() override;

 private:
  int descriptor_;
  int error_ = 0;
  std::array<char, std::size_t{1} << 16> bytes_{};
};

}  // namespace memline
