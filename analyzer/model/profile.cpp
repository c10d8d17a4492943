#include "model/profile.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "model/profile_notes.h"
#include "model/source_cache.h"
#include "model/stack_symbols.h"
#include "model/thread_choice.h"
#include "model/user_code.h"
#include "replay/scan.h"
#include "symbols/template_names.h"

namespace memline::model {
namespace {

std::size_t image_that_allocated_most(const replay::Recording& recording) {
  std::size_t most = 0;
  for (std::size_t i = 1; i < recording.images.size(); ++i) {
    const replay::Image& image = recording.images[i];
    const replay::Image& best = recording.images[most];
    const bool more = image.acquired_bytes > best.acquired_bytes ||
                      (image.acquired_bytes == best.acquired_bytes && image.events > best.events);
    if (more) most = i;
  }
  return most;
}

std::vector<symbols::ModuleFile> module_files(const replay::Image& image) {
  std::vector<symbols::ModuleFile> files;
  files.reserve(image.modules.size());
  for (const replay::Module& module : image.modules) {
    files.push_back({module.path, module.build_id, module.main_executable});
  }
  return files;
}

}  // namespace

Result<std::unique_ptr<Profile>> Profile::open(const std::string& path, ProfileOptions options) {
  Result<replay::Recording> recording = replay::scan(path, options.progress);
  if (!recording) return recording.error();
  const auto nothing = [&](std::string message) {
    return mind_damage({ExitCode::kNothing, std::move(message), path}, recording->losses);
  };
  const std::size_t images = recording->images.size();
  if (images == 0) {
    std::string why = "the trace holds no program: nothing was recorded";
    for (const std::string& note : recording->losses.notes) why += "; " + note;
    return Error{recording->losses.damaged_places != 0 ? ExitCode::kUnreadable : ExitCode::kNothing, std::move(why),
                 path};
  }
  if (options.image && *options.image >= images) {
    return nothing("there is no image " + std::to_string(*options.image) + ": the process ran " +
                   (images == 1 ? "one program, image 0" : "images 0 to " + std::to_string(images - 1)));
  }
  const std::size_t image = options.image ? *options.image : image_that_allocated_most(*recording);
  const replay::Image& chosen = recording->images[image];
  if (chosen.events == 0 && chosen.samples == 0 && chosen.inherited == nullptr)
    return nothing(why_nothing_was_recorded(*recording, image));
  std::unique_ptr<Profile> profile(new Profile(std::move(recording).value(), image, std::move(options)));
  if (std::optional<Error> error = profile->make_filter()) {
    return mind_damage(*std::move(error), profile->recording_.losses);
  }
  return profile;
}

Profile::Profile(replay::Recording recording, std::size_t image, ProfileOptions options)
    : recording_(std::move(recording)),
      image_(image),
      options_(std::move(options)),
      symbolizer_(std::make_unique<symbols::Symbolizer>(module_files(this->image()), options_.symbols)),
      stack_symbols_(std::make_unique<StackSymbols>(this->image().stacks, *symbolizer_)),
      rules_(std::make_unique<OwnRules>(options_.own, options_.not_own)),
      sources_(std::make_unique<SourceCache>(options_.source_dirs)) {}

Profile::~Profile() = default;

FrameSource& Profile::frames() {
  return *stack_symbols_;
}

std::vector<std::string> Profile::own_rules() const {
  return rules_->describe();
}

std::optional<Error> Profile::make_filter() {
  for (const std::string& wanted : options_.threads) {
    const std::vector<ThreadId> found = find_threads(image(), wanted);
    if (found.empty()) {
      return Error{ExitCode::kNothing, "there is no thread '" + wanted + "'; there are " + list_threads(image()),
                   recording_.path};
    }
    filter_.threads.insert(filter_.threads.end(), found.begin(), found.end());
  }
  std::sort(filter_.threads.begin(), filter_.threads.end());
  filter_.threads.erase(std::unique(filter_.threads.begin(), filter_.threads.end()), filter_.threads.end());
  if (options_.span) {
    const std::vector<replay::Span>& spans = image().spans;
    const bool known = std::any_of(spans.begin(), spans.end(),
                                   [this](const replay::Span& span) { return span.name == *options_.span; });
    if (!known) {
      return Error{ExitCode::kNothing, "there is no span '" + *options_.span + "'; there are " + list_spans(image()),
                   recording_.path};
    }
    filter_.span = options_.span;
  }
  return std::nullopt;
}

CommonInfo Profile::common() const {
  CommonInfo common;
  common.program = program_info(recording_, image_);
  common.losses = recording_.losses;
  common.image = image_;
  common.still_running = recording_.still_running;
  common.notes = profile_notes(recording_, image_, options_);
  for (std::string& note : split_notes(symbolizer_->split_faults())) common.notes.push_back(std::move(note));
  return common;
}

std::string Profile::display_name(const std::string& name) const {
  return options_.short_templates ? symbols::shorten_templates(name) : name;
}

Result<replay::Outcome> Profile::run(replay::Observer* observer, const replay::StopPoint& stop,
                                     const std::function<void(const replay::LiveBlock&)>& at_stop) const {
  return replay::replay(recording_, image_, filter_, stop, observer, at_stop, options_.progress);
}

std::int64_t Profile::built_at(ModuleId module) const {
  if (module.none() || module.index() >= image().modules.size()) return 0;
  struct stat status {};
  if (::stat(image().modules[module.index()].path.c_str(), &status) == 0) return status.st_mtim.tv_sec;
  return static_cast<std::int64_t>(image().start.realtime_ns / 1'000'000'000);
}

}  // namespace memline::model
