#pragma once

// A crash, and what comes after it: the store is opened again, and lives on for a while. The crash
// may be followed by another one while the store is being opened.
//
// *Thread safety*: one thread at a time.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/crash_policy.h"
#include "tests/torture/report.h"
#include "tests/torture/world.h"

namespace kv::torture {

struct Accident {
  std::uint64_t point;  // the number of the call in which the process dies
  CrashPolicy policy;

  // The second crash, in the recovery from the first: the number of the call from its begin on.
  struct Second {
    std::uint64_t point;
    CrashPolicy policy;
  };
  std::optional<Second> second{};
};

// "--point 17 --policy nothing": what repeats it.
std::string options_of(const Accident& accident);

// What a disk looks like after a crash, and what is known of it.
struct Wreck {
  SimulatedFileSystem files;
  Oracle oracle;
};

// The wreck that a dead process leaves. The same accident leaves the same one.
Wreck wreck_of(World& dead, const Script& script, const Accident& accident);

// A life after the crash number `variant`: the store is opened, and has to hold what it should. It
// takes more writes; then it is closed, or the power goes, and it is opened again.
Script afterlife(const Script& script, std::uint64_t variant);

// Lives such a life, with a second crash before if the accident has one, and adds to the report
// what was seen. `story`, where given, is told.
Complaint live_on(const EngineUnderTorture& engine, const Script& script, const Wreck& wreck,
                  const Accident& accident, Report& report,
                  std::vector<std::string>* story = nullptr);

// The script from the begin, with the accident. The script may be too short for it: then nothing is
// wrong.
Complaint suffer(const EngineUnderTorture& engine, const Script& script, const Accident& accident,
                 Report& report, std::vector<std::string>* story = nullptr);

}  // namespace kv::torture
