/// \file for_each_code_mapping(): the mappings that hold code of a process, as /proc/PID/maps lists them.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>

#include "sampling/perf_record.h"

namespace memline::sampling {

/// In the form of the kernel's own records, with time 0; the program's own code comes first, as it is mapped first.
/// Nothing where /proc cannot be read. The path of a record is valid during the call.
void for_each_code_mapping(std::uint32_t pid, const std::function<void(const MapRecord&)>& visit);

/// The same from any text, whose program is the file `executable`. Lines that cannot be understood are passed over.
void read_code_mappings(std::istream& maps, std::uint32_t pid, const std::string& executable,
                        const std::function<void(const MapRecord&)>& visit);

}  // namespace memline::sampling
