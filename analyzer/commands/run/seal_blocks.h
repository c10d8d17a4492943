/// \file seal_open_blocks(): gives the blocks that a process left open their checksums, once nothing writes to them.
#pragma once

#include <cstdint>

namespace memline::commands {

/// `fd` is a trace open for reading and writing; its process is gone. Of its first `blocks` blocks those that are open
/// are sealed as they are: their lengths say how much of them was recorded. Blocks that were never begun and damaged ones
/// are left alone; so is the rest where the file cannot be read or written.
void seal_open_blocks(int fd, std::uint32_t blocks);

}  // namespace memline::commands
