// Any bytes as a file of samples: parsed, or refused with a message; what was parsed is drawn.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/samples/sample_timeline.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace memline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<model::SampleFile> file = model::parse_samples(text, "fuzz");
  if (!file) return file.error().message.empty() ? (std::abort(), 1) : 0;
  model::SampleRequest request;
  request.fit = true;
  const Result<model::Timeline> timeline = model::sample_timeline(*file, request);
  if (!timeline) return 0;
  for (const model::Curve& curve : timeline->curves) {
    double before = 0;
    for (const model::TimePoint& point : curve.points) {
      if (!(point.seconds >= before)) std::abort();
      before = point.seconds;
    }
    if (!curve.peak) std::abort();
  }
  return 0;
}
