#include "module_table.h"

#include <elf.h>
#include <link.h>

#include "own_memory.h"
#include "sys.h"

namespace memline::capture {
namespace {

std::uint64_t mix(std::uint64_t hash, const void* data, std::size_t bytes) noexcept {
  const auto* byte = static_cast<const unsigned char*>(data);
  for (std::size_t i = 0; i < bytes; ++i) hash = (hash ^ byte[i]) * 0x100000001b3U;  // FNV-1a
  return hash;
}

/// The GNU build id among the notes at [note, end).
void take_build_id(const unsigned char* note, const unsigned char* end, ModuleEntry& out) noexcept {
  while (static_cast<std::size_t>(end - note) >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header;
    __builtin_memcpy(&header, note, sizeof header);
    const auto left = static_cast<std::size_t>(end - note) - sizeof header;
    const std::size_t name_bytes = (std::size_t{header.n_namesz} + 3) & ~std::size_t{3};
    const std::size_t value_bytes = (std::size_t{header.n_descsz} + 3) & ~std::size_t{3};
    if (name_bytes > left || value_bytes > left - name_bytes) return;
    const unsigned char* name = note + sizeof header;
    if (header.n_type == NT_GNU_BUILD_ID && header.n_namesz == 4 && __builtin_memcmp(name, "GNU", 4) == 0) {
      const std::size_t size = header.n_descsz < sizeof out.build_id ? header.n_descsz : sizeof out.build_id;
      __builtin_memcpy(out.build_id, name + name_bytes, size);
      out.build_id_bytes = static_cast<std::uint8_t>(size);
      return;
    }
    note = name + name_bytes + value_bytes;
  }
}

/// The program headers stand where the ELF header in the first mapped page says. Only memory that is mapped is read.
void read_build_id(const ModuleInfo& module, ModuleEntry& out) noexcept {
  ElfW(Ehdr) header;
  if (module.end - module.start < sizeof header) return;
  __builtin_memcpy(&header, reinterpret_cast<const void*>(module.start), sizeof header);
  if (__builtin_memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof(ElfW(Phdr))) return;
  const std::uint64_t table_bytes = std::uint64_t{header.e_phnum} * sizeof(ElfW(Phdr));
  if (header.e_phoff > 4096 || table_bytes > 4096 - header.e_phoff) return;  // within the page just read
  const auto* segments = reinterpret_cast<const ElfW(Phdr)*>(module.start + header.e_phoff);
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    if (segments[i].p_type != PT_NOTE) continue;
    const std::uint64_t begin = module.map->l_addr + segments[i].p_vaddr;
    if (begin < module.start || begin > module.end || segments[i].p_memsz > module.end - begin) continue;
    const auto* notes = reinterpret_cast<const unsigned char*>(begin);
    take_build_id(notes, notes + segments[i].p_memsz, out);
    if (out.build_id_bytes != 0) return;
  }
}

}  // namespace

bool ModuleTable::create() noexcept {
  entries_ = static_cast<ModuleEntry*>(map_own(kMost * sizeof(ModuleEntry)));
  return entries_ != nullptr;
}

void ModuleTable::reset() noexcept {
  if (entries_ != nullptr) unmap_own(entries_, kMost * sizeof(ModuleEntry));
  entries_ = nullptr;
  count_ = 0;
}

ModuleEntry* ModuleTable::find_known(const ModuleEntry& wanted) noexcept {
  if (wanted.build_id_bytes == 0 && !wanted.main_executable) return nullptr;  // cannot be told from its successor
  const std::uint32_t count = count_.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < count && i < kMost; ++i) {
    ModuleEntry& entry = entries_[i];
    if (entry.state.load(std::memory_order_acquire) != ModuleEntry::kEmpty && entry.begin == wanted.begin &&
        entry.end == wanted.end && entry.bias == wanted.bias && entry.identity == wanted.identity) {
      return &entry;
    }
  }
  return nullptr;
}

ModuleEntry* ModuleTable::find(std::uint64_t pc, std::uint32_t generation) noexcept {
  if (entries_ == nullptr) return nullptr;
  const std::uint32_t count = count_.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < count && i < kMost; ++i) {
    ModuleEntry& entry = entries_[i];
    if (entry.state.load(std::memory_order_acquire) != ModuleEntry::kEmpty && pc >= entry.begin && pc < entry.end &&
        entry.checked_generation.load(std::memory_order_relaxed) == generation) {
      return &entry;
    }
  }
  ModuleInfo module;
  if (!find_module(pc, module)) return nullptr;
  ModuleEntry fresh{};
  fresh.begin = module.start;
  fresh.end = module.end;
  fresh.bias = module.map->l_addr;
  fresh.path = module.map->l_name;
  fresh.main_executable = module.map->l_name == nullptr || module.map->l_name[0] == '\0';
  read_build_id(module, fresh);
  fresh.identity = mix(0xcbf29ce484222325U, fresh.build_id, fresh.build_id_bytes);
  if (!fresh.main_executable) {
    fresh.identity = mix(fresh.identity, fresh.path, std::string_view(fresh.path).size());
  }
  if (ModuleEntry* known = find_known(fresh)) {
    known->path = fresh.path;
    known->checked_generation.store(generation, std::memory_order_relaxed);
    return known;
  }
  const std::uint32_t index = count_.fetch_add(1, std::memory_order_acq_rel);
  if (index >= kMost) {
    count_.store(kMost, std::memory_order_relaxed);
    return nullptr;
  }
  ModuleEntry& entry = entries_[index];
  entry.number = index + 1;
  entry.first_generation = generation;
  entry.begin = fresh.begin;
  entry.end = fresh.end;
  entry.bias = fresh.bias;
  entry.identity = fresh.identity;
  entry.main_executable = fresh.main_executable;
  entry.path = fresh.path;
  entry.build_id_bytes = fresh.build_id_bytes;
  __builtin_memcpy(entry.build_id, fresh.build_id, sizeof entry.build_id);
  entry.checked_generation.store(generation, std::memory_order_relaxed);
  entry.state.store(ModuleEntry::kFilled, std::memory_order_release);
  return &entry;
}

}  // namespace memline::capture
