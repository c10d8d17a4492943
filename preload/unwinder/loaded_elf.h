/// \file Where sections lie in a loaded ELF module.
///
/// Reads the module's own mapped headers, as the loader did before; sections end where their segment does.
#pragma once

#include <cstdint>

#include "unwinder/rows.h"
#include "unwinder/unwinder.h"

namespace memline::capture {

/// From `address` to the end of the file contents of the readable segment of the module that contains it.
/// Size 0: no such segment.
Section section_from(const ModuleInfo& module, std::uint64_t address) noexcept;

/// .eh_frame of a module without .eh_frame_hdr, by the section headers of its file (raw system calls).
Section eh_frame_by_file(const ModuleInfo& module) noexcept;

}  // namespace memline::capture
