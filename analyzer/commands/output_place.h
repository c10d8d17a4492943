/// \file Whether a file can be written, asked before a program runs for whose result it is. Pure, but for a look at the
/// file system.
#pragma once

#include <string>

namespace memline::commands {

/// Our working directory; empty where it has been removed.
std::string working_folder();

/// errno's reason why no file can be made in `folder`; 0: it can, as far as permissions tell.
int why_no_file_in(const std::string& folder);

/// For CLI11: "" where a file of this name can be written, else what is wrong.
std::string check_output_file(const std::string& path);

}  // namespace memline::commands
