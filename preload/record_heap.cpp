#include "record_event.h"

namespace memline::capture {

void record_acquire(const Site& site, std::uint64_t address, std::uint64_t bytes, trace::Origin origin) noexcept {
  const std::uint64_t time = session.clock.of_heap_event(bytes, own_turn());
  record_event(site, bytes, [&](Lane& lane) {
    return trace::Acquire{time, address, bytes, record_stack(lane, site), origin};
  });
}

void record_acquire_usable(const Site& site, std::uint64_t address, std::uint64_t bytes, std::uint64_t usable_bytes,
                           trace::Origin origin) noexcept {
  const std::uint64_t time = session.clock.of_heap_event(bytes, own_turn());
  record_event(site, bytes, [&](Lane& lane) {
    return trace::AcquireUsable{time, address, bytes, usable_bytes, record_stack(lane, site), origin};
  });
}

void record_release(const Site& site, std::uint64_t address, std::uint64_t bytes) noexcept {
  const std::uint64_t time = session.clock.of_heap_event(bytes, own_turn());
  record_event(site, 0, [&](Lane& lane) { return trace::Release{time, address, release_stack(lane, site)}; });
}

void record_move_begin(const Site& site, std::uint64_t address) noexcept {
  const std::uint64_t time = session.clock.of_heap_event(0, own_turn());
  record_event(site, 0, [&](Lane&) { return trace::MoveBegin{time, address}; });
}

void record_move_end(const Site& site, std::uint64_t old_address, std::uint64_t address, std::uint64_t bytes) noexcept {
  const std::uint64_t time = session.clock.of_heap_event(bytes, own_turn());
  record_event(site, bytes, [&](Lane& lane) {
    return trace::MoveEnd{time, old_address, address, bytes, record_stack(lane, site)};
  });
}

}  // namespace memline::capture
