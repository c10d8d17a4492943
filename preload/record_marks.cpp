#include "memline/asked_block.h"
#include "record_event.h"

namespace memline::capture {
namespace {

std::string_view name_of(const char* name) noexcept {
  return name == nullptr ? std::string_view{} : cut_text(name, trace::kMaxTextBytes);
}

void push_span(Lane& lane, std::uint64_t token) noexcept {
  if (lane.open_spans < kMaxOpenSpans) lane.spans[lane.open_spans] = token;
  ++lane.open_spans;
}

/// Spans may end in any order, and on a thread that did not begin them.
void drop_span(Lane& lane, std::uint64_t token) noexcept {
  const std::uint32_t known = lane.open_spans < kMaxOpenSpans ? lane.open_spans : kMaxOpenSpans;
  for (std::uint32_t i = known; i > 0; --i) {
    if (lane.spans[i - 1] != token) continue;
    for (std::uint32_t next = i; next < known; ++next) lane.spans[next - 1] = lane.spans[next];
    --lane.open_spans;
    return;
  }
  if (lane.open_spans > kMaxOpenSpans) --lane.open_spans;
}

std::uint64_t innermost_span(const Lane& lane) noexcept {
  const std::uint32_t known = lane.open_spans < kMaxOpenSpans ? lane.open_spans : kMaxOpenSpans;
  return known == 0 ? 0 : lane.spans[known - 1];
}

}  // namespace

void record_mark(const Site& site, const char* name, bool has_value, double value) noexcept {
  look_now(site, trace::LookReason::kMark, false);
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane&) { return trace::Mark{time, has_value ? 1U : 0U, value, name_of(name)}; });
  session.clock.pass(time, own_turn());
}

void record_asked_block(const Site& site, std::uint64_t address) noexcept {
  const std::uint64_t time = session.clock.now();
  const auto value = static_cast<double>(address);
  record_event(site, 0, [&](Lane&) { return trace::Mark{time, 1, value, kAskedBlockMark}; });
  session.clock.pass(time, own_turn());
}

std::uint64_t record_span_begin(const Site& site, const char* name) noexcept {
  const std::uint64_t time = session.clock.now();
  const std::uint64_t token = session.next_span.fetch_add(1, std::memory_order_relaxed);
  const bool recorded = record_event(site, 0, [&](Lane& lane) {
    const std::uint64_t parent = innermost_span(lane);
    push_span(lane, token);
    return trace::SpanBegin{time, token, parent, name_of(name)};
  });
  return recorded ? token : 0;
}

void record_span_end(const Site& site, std::uint64_t token) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane& lane) {
    drop_span(lane, token);
    return trace::SpanEnd{time, token};
  });
}

void record_span_attach(const Site& site, std::uint64_t token) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane& lane) {
    push_span(lane, token);
    return trace::SpanAttach{time, token};
  });
}

void record_span_detach(const Site& site, std::uint64_t token) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane& lane) {
    drop_span(lane, token);
    return trace::SpanDetach{time, token};
  });
}

void record_recording(const Site& site, bool on) noexcept {
  // The record stands outside of the pause on both sides: no acquisition of this thread falls between it and the state.
  if (on ? !session.leave_pause() : !session.enter_pause()) return;
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane&) { return trace::Recording{time, on ? 1U : 0U}; });
  if (!on) session.settle_pauses();
}

std::uint64_t record_pool_create(const Site& site, const char* name) noexcept {
  const std::uint64_t time = session.clock.now();
  const std::uint64_t pool = session.next_pool.fetch_add(1, std::memory_order_relaxed);
  const bool recorded = record_event(site, 0, [&](Lane&) { return trace::PoolCreate{time, pool, name_of(name)}; });
  return recorded ? pool : 0;
}

void record_pool_backing(const Site& site, std::uint64_t pool, std::uint64_t address, std::uint64_t bytes) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane& lane) {
    return trace::PoolBacking{time, pool, address, bytes, record_stack(lane, site)};
  });
}

void record_pool_acquire(const Site& site, std::uint64_t pool, std::uint64_t address, std::uint64_t bytes) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, bytes, [&](Lane& lane) {
    return trace::PoolAcquire{time, pool, address, bytes, record_stack(lane, site)};
  });
}

void record_pool_realloc(const Site& site, std::uint64_t pool, std::uint64_t old_address, std::uint64_t address,
                         std::uint64_t bytes) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, bytes, [&](Lane& lane) {
    return trace::PoolRealloc{time, pool, old_address, address, bytes, record_stack(lane, site)};
  });
}

void record_pool_release(const Site& site, std::uint64_t pool, std::uint64_t address) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane& lane) { return trace::PoolRelease{time, pool, address, release_stack(lane, site)}; });
}

void record_pool_reset(const Site& site, std::uint64_t pool) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane& lane) { return trace::PoolReset{time, pool, record_stack(lane, site)}; });
}

void record_pool_destroy(const Site& site, std::uint64_t pool) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane& lane) { return trace::PoolDestroy{time, pool, record_stack(lane, site)}; });
}

}  // namespace memline::capture
