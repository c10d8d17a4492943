/// \file find_device_event(): an event spelt "device/term=1,term/", as the kernel describes it in sysfs.
///
/// A device's folder has `type` (the number for perf_event_open), `format/TERM` (the bits that a term fills:
/// "config:0-7,32") and `events/NAME` (terms that a name stands for): Documentation/ABI/testing/
/// sysfs-bus-event_source-devices-*.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace memline::sampling {

struct DeviceEvent {
  std::uint32_t type = 0;
  std::array<std::uint64_t, 3> config{};
  std::string missing;  ///< what of it this machine lacks; "": nothing
};

/// Errors (kUsage): it is not spelt like that, or its terms are not the device's.
Result<DeviceEvent> find_device_event(const std::string& text, const std::string& devices);

/// Spreads `value` over the bits that a file of format/ lists. False: the text is no such list.
bool apply_format(const std::string& format, std::uint64_t value, std::array<std::uint64_t, 3>& config);

}  // namespace memline::sampling
