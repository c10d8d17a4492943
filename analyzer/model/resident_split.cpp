#include "model/resident_split.h"

#include <algorithm>
#include <optional>

#include "base/glibc_chunk.h"

namespace memline::model {
namespace {

/// What a stretch of the address space is known to be. Where stretches overlap the one that begins first wins.
struct KnownStretch {
  std::uint64_t begin = 0, end = 0;
  LedgerKind kind = LedgerKind::kOther;
  NodeId owner = {};
};

constexpr std::uint64_t kPage = 4096;

/// The end of what glibc gave for a request: of a chunk the 8 bytes before the block are its own; large ones are mappings
/// of their own, in whole pages, that begin 16 bytes before the block.
std::uint64_t end_of_block(std::uint64_t address, std::uint64_t bytes) {
  constexpr std::uint64_t kLeastMapped = std::uint64_t{128} << 10;
  if (bytes >= kLeastMapped && address % kPage == 16) return (address + bytes + kPage - 1) / kPage * kPage;
  return address + glibc_chunk_bytes(bytes) - 8;
}

std::vector<KnownStretch> known_stretches(const replay::ResidentLook& look, const replay::LiveMemory& memory,
                                          bool glibc_rounding) {
  std::vector<KnownStretch> stretches;
  for (const replay::ResidentRegion& part : look.parts) {
    if (part.kind == trace::RegionKind::kProfiler) {
      stretches.push_back({part.begin, part.end, LedgerKind::kProfiler, {}});
    }
  }
  memory.for_each_live([&](const replay::LiveBlock& block) {
    const std::uint64_t end = block.address + std::min(block.bytes, ~block.address);
    if (block.kind == replay::BlockKind::kMapping) {
      stretches.push_back({block.address, end, LedgerKind::kMappings, {}});
      return;
    }
    stretches.push_back({block.address, end, LedgerKind::kHeap, block.owner});
    if (block.kind != replay::BlockKind::kHeap || !glibc_rounding) return;
    stretches.push_back({end, std::max(end, end_of_block(block.address, block.bytes)), LedgerKind::kRounding, {}});
  });
  std::sort(stretches.begin(), stretches.end(), [](const KnownStretch& a, const KnownStretch& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.kind > b.kind;  // our own before a program's of the same place
  });
  return stretches;
}

class Splitter {
 public:
  Splitter(const replay::ResidentLook& look, const std::vector<KnownStretch>& stretches)
      : look_(look), stretches_(stretches) {}

  ResidentSplit run() {
    std::uint64_t mapped = 0;
    for (const replay::ResidentRegion& mapping : look_.mappings) {
      const std::uint64_t resident = look_.resident_in(mapping.begin, mapping.end);
      mapped += resident;
      bool has_blocks = false;
      const std::uint64_t known = take_stretches(mapping, has_blocks);
      rest_of(mapping, resident - known, has_blocks);
      previous_ = &mapping;
    }
    split_.other += look_.resident_bytes() - mapped;  // mapped after the list was read
    return std::move(split_);
  }

 private:
  /// Credits what is known of a mapping, and gives how much that is.
  std::uint64_t take_stretches(const replay::ResidentRegion& mapping, bool& has_blocks) {
    std::uint64_t known = 0;
    cursor_ = std::max(cursor_, mapping.begin);
    while (next_ < stretches_.size() && stretches_[next_].begin < mapping.end) {
      const KnownStretch& stretch = stretches_[next_];
      const std::uint64_t begin = std::max(stretch.begin, cursor_), end = std::min(stretch.end, mapping.end);
      if (stretch.end > mapping.begin && stretch.kind == LedgerKind::kHeap) has_blocks = true;
      if (begin < end) {
        const std::uint64_t resident = look_.resident_in(begin, end);
        credit(stretch, resident);
        known += resident;
        cursor_ = end;
      }
      if (stretch.end > mapping.end) break;  // goes on in the next mapping
      ++next_;
    }
    return known;
  }

  void credit(const KnownStretch& stretch, std::uint64_t bytes) {
    switch (stretch.kind) {
      case LedgerKind::kHeap:
        split_.heap[stretch.owner] += bytes;
        break;
      case LedgerKind::kRounding:
        split_.rounding += bytes;
        break;
      case LedgerKind::kMappings:
        split_.mappings += bytes;
        break;
      default:
        split_.profiler += bytes;
    }
  }

  bool is_stack(const replay::ResidentRegion& mapping) const {
    if (mapping.name == "[stack]") return true;
    for (const replay::ResidentRegion& part : look_.parts) {
      if (part.kind == trace::RegionKind::kStack && part.begin >= mapping.begin && part.begin < mapping.end)
        return true;
    }
    // a thread that made no event: its stack lies above a guard page
    constexpr std::uint64_t kMostGuard = 16 * kPage;
    return mapping.name.empty() && previous_ != nullptr && previous_->end == mapping.begin &&
           previous_->protection == 0 && previous_->end - previous_->begin <= kMostGuard;
  }

  /// What is left of a mapping: told by its name, or by what else lies in it.
  void rest_of(const replay::ResidentRegion& mapping, std::uint64_t bytes, bool has_blocks) {
    constexpr std::uint64_t kArena = std::uint64_t{64} << 20;  // glibc's, for all threads but the first
    const bool is_file = mapping.name.starts_with('/');
    const bool is_memory = mapping.name.starts_with("/dev/zero") || mapping.name.starts_with("/memfd:") ||
                           mapping.name.starts_with("/SYSV") || mapping.name.starts_with("/dev/shm/");
    if (is_file && !is_memory) file_ = &mapping;
    // the zeroed data of a program stands right behind what is mapped of its file
    const bool is_zeroed_data = file_ != nullptr && file_ == previous_ && file_->end == mapping.begin &&
                                mapping.name.empty() && mapping.kind == trace::RegionKind::kPrivate;
    if (bytes == 0) return;
    if (mapping.kind == trace::RegionKind::kShared && (!is_file || is_memory)) {
      split_.shared[mapping.name] += bytes;
    } else if (is_file) {
      split_.files[mapping.name] += bytes;
    } else if (has_blocks || mapping.name == "[heap]") {
      split_.allocator += bytes;
    } else if (is_zeroed_data) {
      split_.files[file_->name] += bytes;
    } else if (is_stack(mapping)) {
      split_.stacks += bytes;
    } else if (mapping.name.empty() && mapping.begin % kArena == 0) {
      split_.allocator += bytes;
    } else {
      split_.other += bytes;
    }
  }

  const replay::ResidentLook& look_;
  const std::vector<KnownStretch>& stretches_;
  ResidentSplit split_;
  std::size_t next_ = 0;
  std::uint64_t cursor_ = 0;  ///< what lies before has been credited
  const replay::ResidentRegion* previous_ = nullptr;
  const replay::ResidentRegion* file_ = nullptr;  ///< the last mapping of a file
};

}  // namespace

ResidentSplit split_resident(const replay::ResidentLook& look, const replay::LiveMemory& memory, bool glibc_rounding) {
  const std::vector<KnownStretch> stretches = known_stretches(look, memory, glibc_rounding);
  return Splitter(look, stretches).run();
}

}  // namespace memline::model
