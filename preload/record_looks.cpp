#include "record_event.h"

namespace memline::capture {

void look_before_release(const Site& site, std::uint64_t bytes) noexcept {
  if (!session.resident.may_ask(session.clock.now())) return;
  const LaneUse use(site.sp - 16);
  std::uint64_t rss_pages = 0;
  if (use.get() == nullptr || !session.rss.read_pages(rss_pages)) return;
  session.resident.releasing(*use.get(), bytes, rss_pages);
}

void look_now(const Site& site, trace::LookReason reason, bool whatever_it_costs) noexcept {
  if (!session.resident.is_on()) return;
  const LaneUse use(site.sp - 16);
  std::uint64_t rss_pages = 0;
  session.rss.read_pages(rss_pages);
  if (use.get() != nullptr) session.resident.look(*use.get(), reason, rss_pages, whatever_it_costs);
}

}  // namespace memline::capture
