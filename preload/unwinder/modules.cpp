#include "unwinder/modules.h"

#include <dlfcn.h>

#include "unwinder/loaded_elf.h"

namespace memline::capture {
namespace {

void load(const ModuleInfo& info, bool syscalls_allowed, UnwindModule& out) noexcept {
  out = UnwindModule{};
  out.start = info.start;
  out.end = info.end;
  if (info.eh_frame_hdr != 0) {
    const Section header = section_from(info, info.eh_frame_hdr);
    if (header.size != 0 && parse_frame_table(header, out.table)) {
      out.eh_frame = section_from(info, out.table.eh_frame_address);
      return;
    }
    out.table = FrameTable{};
  }
  if (syscalls_allowed) out.eh_frame = eh_frame_by_file(info);
}

}  // namespace

bool find_module(std::uint64_t pc, ModuleInfo& out) noexcept {
  dl_find_object found;
  if (_dl_find_object(reinterpret_cast<void*>(pc), &found) != 0) return false;
  out.map = found.dlfo_link_map;
  out.start = reinterpret_cast<std::uint64_t>(found.dlfo_map_start);
  out.end = reinterpret_cast<std::uint64_t>(found.dlfo_map_end);
  out.eh_frame_hdr = reinterpret_cast<std::uint64_t>(found.dlfo_eh_frame);
  return true;
}

UnwindModule* UnwindModules::find(std::uint64_t pc, bool syscalls_allowed) noexcept {
  if (last_ < count_ && pc - modules_[last_].start < modules_[last_].end - modules_[last_].start)
    return &modules_[last_];
  for (unsigned i = 0; i < count_; ++i) {
    if (pc - modules_[i].start < modules_[i].end - modules_[i].start) {
      last_ = i;
      return &modules_[i];
    }
  }
  ModuleInfo info{};
  if (!find_module(pc, info)) return nullptr;
  last_ = next_;
  next_ = (next_ + 1) % kModules;
  if (count_ < kModules) ++count_;
  load(info, syscalls_allowed, modules_[last_]);
  return &modules_[last_];
}

}  // namespace memline::capture
