/// \file A packed trace as the raw one it came from: readers see the same bytes at the same offsets.
///
/// Opening reads the index, or the heads of all chunks where there is none; a chunk is unpacked when one of its blocks
/// is read, and the last ones are kept, in at most 64 MiB. So memory grows with the number of blocks (52 bytes each), not
/// with what is in them. A chunk that turns out damaged makes its blocks unreadable: read_at() stops there, and the
/// readers count the loss. May be read from several threads.
#pragma once

#include <memory>

#include "base/result.h"
#include "trace/byte_source.h"
#include "trace/damage.h"

namespace memline::trace::pack {

/// Takes a file that is_packed(). Errors: nothing that could be read, or another version. Lesser damage goes to `damage`.
Result<std::unique_ptr<ByteSource>> open_packed(std::unique_ptr<ByteSource> file, Damage& damage);

}  // namespace memline::trace::pack
