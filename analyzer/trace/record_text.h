/// \file record_text(): a record in words, for people who look at a trace.
///
///     Acquire address=0x55d0c2a0 size=64 origin=malloc stack=12
///
/// One line, whatever the trace holds: control characters in texts are escaped.
#pragma once

#include <functional>
#include <string>

#include "memline/trace_format.h"

namespace memline::trace {

/// What a frame's module is called in the text of a Stack record.
using ModuleName = std::function<std::string(std::uint32_t module)>;

std::string record_text(const ImageStart& record);
std::string record_text(const Thread& record);
std::string record_text(const ThreadEnd& record);
std::string record_text(const Module& record);
std::string record_text(const Stack& record, const ModuleName& module_name);
std::string record_text(const NamedFrame& record);
std::string record_text(const Acquire& record);
std::string record_text(const AcquireUsable& record);
std::string record_text(const Release& record);
std::string record_text(const MoveBegin& record);
std::string record_text(const MoveEnd& record);
std::string record_text(const Map& record);
std::string record_text(const Unmap& record);
std::string record_text(const UnmapFailed& record);
std::string record_text(const RemapBegin& record);
std::string record_text(const RemapEnd& record);
std::string record_text(const Protect& record);
std::string record_text(const Advise& record);
std::string record_text(const Lock& record);
std::string record_text(const Break& record);
std::string record_text(const Tick& record);
std::string record_text(const Clock& record);
std::string record_text(const Mark& record);
std::string record_text(const SpanBegin& record);
std::string record_text(const SpanEnd& record);
std::string record_text(const SpanAttach& record);
std::string record_text(const SpanDetach& record);
std::string record_text(const Recording& record);
std::string record_text(const PoolCreate& record);
std::string record_text(const PoolBacking& record);
std::string record_text(const PoolAcquire& record);
std::string record_text(const PoolRealloc& record);
std::string record_text(const PoolRelease& record);
std::string record_text(const PoolReset& record);
std::string record_text(const PoolDestroy& record);
std::string record_text(const ForkedFrom& record);
std::string record_text(const ForkPosition& record);
std::string record_text(const Exec& record);
std::string record_text(const ExecFailed& record);
std::string record_text(const ChildExec& record);
std::string record_text(const Exit& record);
std::string record_text(const ResidentLook& record);
std::string record_text(const ResidentRegion& record);
std::string record_text(const ResidentPages& record);
std::string record_text(const ResidentEnd& record);
std::string record_text(const Counter& record);
std::string record_text(const SampledModule& record);
std::string record_text(const Sample& record);
std::string record_text(const PageFault& record);
std::string record_text(const CounterTotal& record);
std::string record_text(const SamplesLost& record);

}  // namespace memline::trace
