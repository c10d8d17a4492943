#include "model/asked_blocks.h"

#include <algorithm>

#include "model/profile_notes.h"
#include "model/thread_choice.h"
#include "replay/address_history.h"

namespace memline::model {
namespace {

/// The address in a mark's value; a damaged one may hold any number.
std::uint64_t address_in(double value) {
  constexpr double kEnd = 18446744073709551616.0;  // 2^64
  return value >= 0 && value < kEnd ? static_cast<std::uint64_t>(value) : 0;
}

AskedBlock answer(Profile& profile, const replay::Mark& mark, const replay::AddressHistory& history) {
  const replay::Image& image = profile.image();
  AskedBlock asked;
  asked.time = image.seconds_since_start(mark.ticks);
  asked.thread = thread_label(image, mark.thread);
  asked.address = address_in(*mark.value);
  if (history.lives.empty()) return asked;
  const replay::BlockLife& life = history.lives.back();
  asked.block = describe_block(profile, life);
  asked.was_live = !life.released || life.released->ticks > mark.ticks;
  const std::uint64_t since = asked.was_live ? life.acquired.ticks : life.released->ticks;
  if (image.ticks_per_second > 0 && mark.ticks >= since) {
    asked.seconds = static_cast<double>(mark.ticks - since) / image.ticks_per_second;
  }
  return asked;
}

}  // namespace

Result<AskedBlocks> build_asked_blocks(Profile& profile, const AskedRequest& request) {
  AskedBlocks result;
  std::vector<const replay::Mark*> marks;
  std::vector<replay::AddressQuestion> questions;
  const std::size_t most = std::min(request.most, kMostAsked);
  for (const replay::Mark& mark : profile.image().marks) {
    if (!mark.asks_for_block()) continue;
    if (result.count++ < request.first || marks.size() >= most || mark.ticks > request.until_ticks) continue;
    marks.push_back(&mark);
    questions.push_back({address_in(*mark.value), mark.ticks});
  }
  if (result.count == 0) {
    return mind_damage({ExitCode::kNothing, "the program asked for no block (memline_block of memline/marker.h)",
                        profile.recording().path},
                       profile.recording().losses);
  }
  std::vector<replay::AddressHistory> histories;
  if (!marks.empty()) {
    histories = replay::read_address_histories(profile.recording(), profile.image_index(), questions);
  }
  for (std::size_t i = 0; i < marks.size(); ++i) result.asked.push_back(answer(profile, *marks[i], histories[i]));
  result.common = profile.common();  // last: what it says of debug information is of what was looked at
  return result;
}

}  // namespace memline::model
