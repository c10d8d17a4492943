#include "model/timeline/timeline_window.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

namespace memline::model {
namespace {

std::uint64_t last_ticks(const replay::Image& image) {
  std::uint64_t last = std::max(image.first_ticks, image.last_ticks);
  if (!image.rss.empty()) last = std::max(last, image.rss.back().ticks);
  if (!image.looks.empty()) last = std::max(last, image.looks.back().ticks);
  return std::max(last, image.start.ticks);
}

std::string written(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.7g s", seconds);
  return text;
}

}  // namespace

Result<TickWindow> find_window(const Profile& profile, std::optional<double> from_seconds,
                               std::optional<double> to_seconds) {
  const replay::Image& image = profile.image();
  TickWindow window{image.start.ticks, last_ticks(image)};
  const double whole = image.seconds_since_start(window.end);
  const double from = from_seconds.value_or(0), to = to_seconds.value_or(whole);
  if (from >= std::min(to, whole) && (from_seconds || to_seconds)) {
    return Error{
        ExitCode::kNothing,
        "there is nothing between " + written(from) + " and " + written(to) + ": the program ran for " + written(whole),
        profile.recording().path};
  }
  const auto ticks = [&](double seconds) {
    const double clamped = std::clamp(seconds, 0.0, whole);
    return image.start.ticks + static_cast<std::uint64_t>(std::llround(clamped * image.ticks_per_second));
  };
  if (from_seconds) window.begin = ticks(from);
  if (to_seconds) window.end = std::min(window.end, ticks(to));
  return window;
}

}  // namespace memline::model
