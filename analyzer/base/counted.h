/// \file counted(): a number with its noun, for sentences. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace memline {

/// "1 byte", "2 bytes"
inline std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural) {
  return std::to_string(count).append(" ").append(count == 1 ? singular : plural);
}

}  // namespace memline
