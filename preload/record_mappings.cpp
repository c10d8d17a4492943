#include <sys/mman.h>

#include "record_event.h"

namespace memline::capture {
namespace {

trace::MapKind kind_of(int flags) noexcept {
  const bool anonymous = (flags & MAP_ANONYMOUS) != 0;
  const bool is_private = (flags & MAP_TYPE) == MAP_PRIVATE;
  if (anonymous) return is_private ? trace::MapKind::kPrivateAnonymous : trace::MapKind::kSharedAnonymous;
  return is_private ? trace::MapKind::kPrivateFile : trace::MapKind::kSharedFile;
}

}  // namespace

void record_map(const Site& site, std::uint64_t address, std::uint64_t bytes, int protection, int flags) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, bytes, [&](Lane& lane) {
    return trace::Map{time,
                      address,
                      bytes,
                      static_cast<std::uint32_t>(protection),
                      static_cast<std::uint32_t>(flags),
                      kind_of(flags),
                      record_stack(lane, site)};
  });
}

void record_unmap(const Site& site, std::uint64_t address, std::uint64_t bytes) noexcept {
  if (bytes >= ResidentWatch::kLargeRelease) look_before_release(site, bytes);
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane& lane) { return trace::Unmap{time, address, bytes, release_stack(lane, site)}; });
}

void record_unmap_failed(const Site& site, std::uint64_t address, std::uint64_t bytes) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane&) { return trace::UnmapFailed{time, address, bytes}; });
}

void record_remap_begin(const Site& site, std::uint64_t address, std::uint64_t bytes) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane&) { return trace::RemapBegin{time, address, bytes}; });
}

void record_remap_end(const Site& site, std::uint64_t old_address, std::uint64_t old_bytes, std::uint64_t address,
                      std::uint64_t bytes, int flags) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, bytes, [&](Lane& lane) {
    return trace::RemapEnd{
        time, old_address, old_bytes, address, bytes, static_cast<std::uint32_t>(flags), record_stack(lane, site)};
  });
}

void record_protect(const Site& site, std::uint64_t address, std::uint64_t bytes, int protection) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane& lane) {
    return trace::Protect{time, address, bytes, static_cast<std::uint32_t>(protection), record_stack(lane, site)};
  });
}

void record_advise(const Site& site, std::uint64_t address, std::uint64_t bytes, int advice) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane& lane) {
    return trace::Advise{time, address, bytes, static_cast<std::uint32_t>(advice), record_stack(lane, site)};
  });
}

void record_lock(const Site& site, std::uint64_t address, std::uint64_t bytes, trace::LockKind kind) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane& lane) { return trace::Lock{time, address, bytes, kind, record_stack(lane, site)}; });
}

void record_break(const Site& site, std::uint64_t old_break, std::uint64_t new_break) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, new_break > old_break ? new_break - old_break : 0, [&](Lane& lane) {
    return trace::Break{time, old_break, new_break, record_stack(lane, site)};
  });
}

}  // namespace memline::capture
