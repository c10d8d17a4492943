/// \file load_samples(): a file of samples, where a command takes traces and such files alike.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "model/samples/sample_file.h"

namespace memline::commands {

/// nullopt: the file does not begin like one, so it may be a trace. Error: it does, and cannot be read.
std::optional<Result<model::SampleFile>> load_samples(const std::string& path);

}  // namespace memline::commands
