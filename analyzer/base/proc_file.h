/// \file read_proc_file(): the text of a file of /proc, whose process may go at any time.
///
/// Not by streams: a read that fails, which is what happens when the process ends between open and read, makes
/// std::filebuf throw.
#pragma once

#include <optional>
#include <string>

namespace memline {

/// The whole file. nullopt: it cannot be opened or read; errno says why.
std::optional<std::string> read_proc_file(const std::string& path);

}  // namespace memline
