/// \file signal_name(): "SIGKILL", or "signal 77" where it has no name.
#pragma once

#include <cstring>
#include <string>

namespace memline {

inline std::string signal_name(int number) {
  const char* const name = ::sigabbrev_np(number);
  return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(number);
}

}  // namespace memline
