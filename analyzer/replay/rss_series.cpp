#include "replay/rss_series.h"

#include <utility>

namespace memline::replay {
namespace {

void keep_greater(std::map<std::uint64_t, RssSample>& slices, std::uint64_t slice, const RssSample& sample) {
  const auto [found, fresh] = slices.try_emplace(slice, sample);
  if (!fresh && sample.rss_bytes > found->second.rss_bytes) found->second = sample;
}

}  // namespace

void RssSeries::add(const RssSample& sample) {
  keep_greater(slices_, sample.ticks >> slice_shift_, sample);
  while (slices_.size() > kMostRssSamples && slice_shift_ < 63) {
    ++slice_shift_;
    std::map<std::uint64_t, RssSample> wider;
    for (const auto& [slice, kept] : slices_) keep_greater(wider, kept.ticks >> slice_shift_, kept);
    slices_ = std::move(wider);
  }
}

std::vector<RssSample> RssSeries::take() {
  std::vector<RssSample> samples;
  samples.reserve(slices_.size());
  for (const auto& [slice, sample] : slices_) samples.push_back(sample);
  slices_.clear();
  return samples;
}

}  // namespace memline::replay
