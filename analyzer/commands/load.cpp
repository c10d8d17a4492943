#include "commands/load.h"

#include "base/escape.h"
#include "commands/output.h"

namespace memline::commands {

Result<std::unique_ptr<model::Profile>> open_profile(const ProfileArguments& arguments, const Streams& streams) {
  auto profile = model::Profile::open(arguments.trace, arguments.profile_options());
  if (profile && arguments.verbose) {
    for (const std::string& rule : (*profile)->own_rules()) say(streams, escape_control(rule));
  }
  return profile;
}

}  // namespace memline::commands
