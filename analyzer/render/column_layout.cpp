#include "render/column_layout.h"

#include <algorithm>

namespace memline::render {
namespace {

std::size_t total_width(const std::vector<ColumnWish>& wishes, std::size_t limit) {
  std::size_t total = wishes.empty() ? 0 : kColumnGap * (wishes.size() - 1);
  for (const ColumnWish& wish : wishes) total += std::max(wish.minimum, std::min(wish.wanted, limit));
  return total;
}

}  // namespace

std::vector<std::size_t> column_widths(const std::vector<ColumnWish>& wishes, std::size_t available) {
  std::size_t limit = 0;
  for (const ColumnWish& wish : wishes) limit = std::max(limit, wish.wanted);
  if (available > 0 && total_width(wishes, limit) > available) {
    // the largest limit that fits, by bisection: total_width() only grows with it
    std::size_t low = 0;
    while (low < limit) {
      const std::size_t middle = (low + limit + 1) / 2;
      if (total_width(wishes, middle) <= available) {
        low = middle;
      } else {
        limit = middle - 1;
      }
    }
  }
  std::vector<std::size_t> widths;
  widths.reserve(wishes.size());
  for (const ColumnWish& wish : wishes) widths.push_back(std::max(wish.minimum, std::min(wish.wanted, limit)));
  return widths;
}

}  // namespace memline::render
