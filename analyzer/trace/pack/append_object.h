/// \file append_object(): the bytes of a plain structure at the end of others, as the format has them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace memline::trace::pack {

template <class T>
void append_object(std::vector<std::byte>& out, const T& object) {
  const auto bytes = std::as_bytes(std::span(&object, 1));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace memline::trace::pack
