#include "model/heap_moment.h"

#include <charconv>
#include <cmath>
#include <optional>

#include "base/parse_number.h"
#include "base/time_units.h"
#include "model/thread_choice.h"

namespace memline::model {
namespace {

std::optional<double> parse_seconds(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || !std::isfinite(number) || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return number;
  for (const auto& [unit, seconds] : kTimeUnits) {
    if (text == unit) return number * seconds;
  }
  return std::nullopt;
}

const replay::Mark* find_mark(const replay::Image& image, std::string_view name, std::size_t number) {
  for (const replay::Mark& mark : image.marks) {
    if (mark.name == name && !mark.asks_for_block() && --number == 0) return &mark;
  }
  return nullptr;
}

Result<HeapMoment> find_mark_moment(const replay::Image& image, std::string_view wanted, const std::string& path) {
  // A name may hold a # itself, so the whole text is tried as a name first.
  const replay::Mark* mark = find_mark(image, wanted, 1);
  const std::size_t hash = wanted.rfind('#');
  if (mark == nullptr && hash != std::string_view::npos) {
    const std::size_t number = parse_number<std::size_t>(wanted.substr(hash + 1)).value_or(0);
    if (number > 0) mark = find_mark(image, wanted.substr(0, hash), number);
  }
  if (mark == nullptr) {
    return Error{ExitCode::kNothing, "there is no mark '" + std::string{wanted} + "'; there are " + list_marks(image),
                 path};
  }
  return HeapMoment{HeapMoment::Kind::kTicks, mark->ticks};
}

}  // namespace

Result<HeapMoment> find_moment(const replay::Image& image, std::string_view at, const std::string& path) {
  if (at == "peak") return HeapMoment{HeapMoment::Kind::kPeak, 0};
  if (at == "end") return HeapMoment{HeapMoment::Kind::kEnd, 0};
  if (at.starts_with("mark:")) return find_mark_moment(image, at.substr(5), path);
  const std::optional<double> seconds = parse_seconds(at);
  if (!seconds) {
    return Error{
        ExitCode::kUsage,
        "'" + std::string{at} + "' is no moment: peak, end, seconds or a time such as 20ms, mark:NAME or mark:NAME#N"};
  }
  if (image.ticks_per_second <= 0)
    return Error{ExitCode::kNothing, "the trace does not tell how fast its clock runs", path};
  const double ticks = *seconds * image.ticks_per_second;
  constexpr double kEnough = 9e18;  // stays in the range of the integer
  const std::uint64_t after = ticks < kEnough ? static_cast<std::uint64_t>(ticks) : std::uint64_t{9000000000000000000};
  return HeapMoment{HeapMoment::Kind::kTicks, image.start.ticks + after};
}

}  // namespace memline::model
