#include "model/timeline/curve_reducer.h"

#include <algorithm>
#include <utility>

namespace memline::model {

CurveReducer::CurveReducer(std::uint64_t begin, std::uint64_t end, std::size_t buckets, std::int64_t start_value)
    : begin_(begin),
      end_(std::max(begin, end)),
      width_((end_ - begin_) / std::max<std::size_t>(buckets, 1) + 1),
      bucket_end_(begin_ + width_),
      first_{begin, start_value},
      low_(first_),
      high_(first_),
      last_(first_),
      highest_(first_) {}

bool CurveReducer::enter_bucket(std::uint64_t ticks, std::int64_t value) {
  if (ticks < begin_) {
    // events of a damaged trace may go back in time
    if (!points_.empty() || last_.ticks != begin_) return false;
    first_ = low_ = high_ = last_ = highest_ = {begin_, value};
    return false;
  }
  if (ticks > end_) return false;
  close_bucket();
  bucket_end_ = begin_ + ((ticks - begin_) / width_ + 1) * width_;
  first_ = low_ = high_ = last_ = {ticks, value};
  low_is_later_ = false;
  return true;
}

void CurveReducer::emit(const CurvePoint& point) {
  if (points_.empty() || points_.back() != point) points_.push_back(point);
}

void CurveReducer::close_bucket() {
  highest_ = highest();
  emit(first_);
  const auto is_end = [this](const CurvePoint& point) { return point == first_ || point == last_; };
  const CurvePoint& earlier = low_is_later_ ? high_ : low_;
  const CurvePoint& later = low_is_later_ ? low_ : high_;
  if (!is_end(earlier)) emit(earlier);
  if (!is_end(later)) emit(later);
  emit(last_);
}

CurvePoint CurveReducer::highest() const {
  return high_.value > highest_.value ? high_ : highest_;
}

std::vector<CurvePoint> CurveReducer::take() {
  close_bucket();
  if (last_.ticks < end_) emit({end_, last_.value});
  return std::move(points_);
}

}  // namespace memline::model
