/// \file is_accessible(): whether memory that is protected so counts as live.
#pragma once

#include <sys/mman.h>

#include <cstdint>

namespace memline::replay {

/// Of PROT_ bits. PROT_NONE is a reservation.
inline bool is_accessible(std::uint32_t protection) {
  return (protection & (PROT_READ | PROT_WRITE | PROT_EXEC)) != 0;
}

}  // namespace memline::replay
