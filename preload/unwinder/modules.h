/// \file UnwindModules: the unwind sections of the loaded modules, looked up once a module.
///
/// Part of one Unwinder. Modules are found by the lock-free _dl_find_object. Errors: a module without usable sections
/// is remembered as such. After a dlclose the owner calls clear().
#pragma once

#include <cstddef>
#include <cstdint>

#include "unwinder/frame_table.h"
#include "unwinder/rows.h"

namespace memline::capture {

struct UnwindModule {
  std::uint64_t start;
  std::uint64_t end;
  FrameTable table;  ///< no entries where the module has no search table
  Section eh_frame;  ///< size 0: nothing known about this module's frames
  Cie cie;           ///< the last one read
};

class UnwindModules {
 public:
  /// The module of `pc`, or nullptr. `syscalls_allowed`: the file of a module that has no .eh_frame_hdr may be read for
  /// its section headers, which alone tell where .eh_frame is.
  UnwindModule* find(std::uint64_t pc, bool syscalls_allowed) noexcept;

  void clear() noexcept {
    count_ = 0;
    next_ = 0;
    last_ = 0;
  }

 private:
  static constexpr unsigned kModules = 24;

  unsigned count_;
  unsigned next_;
  unsigned last_;
  UnwindModule modules_[kModules];
};

}  // namespace memline::capture
