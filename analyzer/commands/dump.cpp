#include "commands/dump.h"

#include <fmt/format.h>

#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/escape.h"
#include "replay/scan.h"
#include "trace/merged_reader.h"
#include "trace/record_text.h"
#include "trace/trace_file.h"

namespace memline {
namespace {

std::string file_name(std::string_view path) {
  return escape_control(path.substr(path.rfind('/') + 1));
}

std::string module_name(const replay::Image& image, std::uint32_t number) {
  const std::size_t index = number - std::size_t{1};
  if (index >= image.modules.size() || !image.modules[index].known) return fmt::format("module#{}", number);
  return file_name(image.modules[index].path);
}

/// The sampler numbers modules in its own way.
class SampledModuleNames {
 public:
  void add(const trace::SampledModule& record) { names_[record.module] = file_name(record.path); }
  std::string find(std::uint32_t number) const {
    const auto found = names_.find(number);
    return found == names_.end() ? fmt::format("module#{}", number) : found->second;
  }

 private:
  std::map<std::uint32_t, std::string> names_;
};

std::string lane_name(std::uint32_t lane) {
  if (lane == trace::kSamplerLane) return "sampler";
  return lane == trace::kWatcherLane ? "watcher" : std::to_string(lane);
}

std::size_t count_open_blocks(const trace::TraceFile& file) {
  std::size_t open = 0;
  for (const std::uint32_t image : file.images()) {
    for (const trace::LaneBlocks& lane : file.lanes(image)) {
      for (const trace::BlockRef& block : lane.blocks) open += block.sealed ? 0 : 1;
    }
  }
  return open;
}

void dump_image(const trace::TraceFile& file, const replay::Image& image, std::ostream& out) {
  trace::MergedReader reader(file, image.number, nullptr, nullptr);
  std::vector<std::string> threads(reader.lane_count(), "?");  // by lane: the thread that writes it
  for (std::size_t lane = 0; lane < threads.size(); ++lane) {
    const std::uint32_t number = reader.lane(lane).lane();
    if (number == trace::kWatcherLane || number == trace::kSamplerLane) threads[lane] = std::string(1, '-');
  }
  SampledModuleNames sampled;
  const trace::ModuleName name = [&](std::uint32_t module) { return module_name(image, module); };
  const trace::ModuleName sampled_name = [&](std::uint32_t module) { return sampled.find(module); };
  while (const std::optional<std::size_t> lane = reader.next()) {
    trace::LaneReader& records = reader.lane(*lane);
    const double seconds = image.seconds_since_start(records.ticks());
    records.take([&]<class Record>(const Record& record) {
      if constexpr (std::is_same_v<Record, trace::Thread>) threads[*lane] = std::to_string(record.thread);
      if constexpr (std::is_same_v<Record, trace::SampledModule>) sampled.add(record);
      out << fmt::format("{:14.9f} lane {} thread {} ", seconds, lane_name(records.lane()), threads[*lane]);
      if constexpr (std::is_same_v<Record, trace::Stack>) {
        out << record_text(record, records.lane() == trace::kSamplerLane ? sampled_name : name);
      } else {
        out << record_text(record);
      }
      out << '\n';
    });
    if (!out) return;
  }
}

}  // namespace

Result<ExitCode> dump(const std::string& path, std::ostream& out) {
  const Result<replay::Recording> scanned = replay::scan(path);
  if (!scanned) return scanned.error();
  const replay::Recording& recording = *scanned;
  const trace::TraceHeader& header = recording.header;
  out << fmt::format("Trace version={} pid={} images={} blocks={} open_blocks={} exit_kind={} exit_code={}{}\n",
                     header.version, header.pid, header.images, header.claimed_blocks,
                     count_open_blocks(*recording.file), header.exit_kind, header.exit_code,
                     recording.still_running ? " still_running" : "");
  for (const replay::Image& image : recording.images) {
    out << fmt::format("Image {} {}\n", image.number, escape_control(image.executable));
    dump_image(*recording.file, image, out);
  }
  for (const std::string& note : recording.losses.notes) out << "Missing: " << escape_control(note) << '\n';
  return recording.losses.damaged_places != 0 ? ExitCode::kUnreadable : ExitCode::kDone;
}

}  // namespace memline
