/// \file DebuginfodClient: fetches debug information by build id from debuginfod servers, if libdebuginfod is there.
///
/// The library is loaded at run time, so that neither the build nor the program depends on it. Used only where the user
/// asked for it. Slow: it goes over the network.
#pragma once

#include <string>

namespace memline::symbols {

class DebuginfodClient {
 public:
  /// The path of the downloaded file in debuginfod's cache, "" if it cannot be had. `urls` empty: DEBUGINFOD_URLS.
  static std::string find_debug_info(const std::string& build_id, const std::string& urls);
};

}  // namespace memline::symbols
