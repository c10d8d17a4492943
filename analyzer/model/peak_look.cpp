#include "model/peak_look.h"

namespace memline::model {

void PeakLook::pass_looks(std::uint64_t until_ticks) {
  while (next_look_ < image_.looks.size() && image_.looks[next_look_].ticks <= until_ticks) {
    if (released_bytes_ <= static_cast<std::uint64_t>(peak_bytes_) / 64) ticks_ = image_.looks[next_look_].ticks;
    ++next_look_;
  }
}

void PeakLook::on_change(const replay::Change& change) {
  pass_looks(change.ticks);
  released_bytes_ += change.released_bytes;
  if (change.live_bytes <= peak_bytes_) return;
  peak_bytes_ = change.live_bytes;
  released_bytes_ = 0;
  ticks_.reset();
}

std::optional<std::uint64_t> PeakLook::ticks() {
  pass_looks(~std::uint64_t{0});
  return ticks_;
}

}  // namespace memline::model
