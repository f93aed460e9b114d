#pragma once

// Faults that the process lives through: the disk is full, a write or sync fails, a read fails or
// gives a wrong bit. After a failed write of the log the store refuses writes and can be read
// (World sees to that); closed or killed and opened again, it holds what was promised.
//
// *Thread safety*: one thread at a time.

#include <cstdint>

#include "base/simulated_file_system.h"
#include "tests/torture/report.h"
#include "tests/torture/world.h"

namespace kv::torture {

std::string_view name(Fault fault);

// The script, with the fault in the call after so many that it could strike; then every kind of
// crash.
Complaint live_through(const EngineUnderTorture& engine, const Script& script, Fault fault,
                       std::uint64_t passing, Report& report,
                       std::vector<std::string>* story = nullptr);

// The disk full, a write failing, and a sync failing in both ways, at every call or at one of so
// many. Stops at the first violation of each fault.
void fail_everywhere(const EngineUnderTorture& engine, const Script& script, std::uint64_t every,
                     Report& report);

// Reads that fail, and reads that give a wrong bit, while a store is opened after crashes of the
// script at one call of so many.
void misread_everywhere(const EngineUnderTorture& engine, const Script& script, std::uint64_t every,
                        Report& report);

}  // namespace kv::torture
