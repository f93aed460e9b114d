#pragma once

// What kvbench and its workers say to each other, as lines of JSON. A worker may be another program
// (kvbench_mine), so both may have been built at different times.
//
//   to the worker, as an argument     a Job; or {"describe": true}
//   from the worker, a line each      a Measurement for every workload, then an Ending;
//                                     or a Description
//
// *Thread safety*: pure functions. *Errors*: `corruption` for text that is not what was expected.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "bench/workloads/measurement.h"
#include "bench/workloads/settings.h"

namespace kv::bench {

struct Job {
  std::string engine;
  std::string directory;  // for a persistent engine; exists and is empty
  std::vector<std::string> workloads;
  Settings settings;
};

// What there is besides measurements: that the job was done, or why it could not be.
struct Ending {
  std::string failure;  // empty: all was done
};

struct EngineInfo {
  std::string name;
  std::string summary;
  bool persistent = false;
  bool peer = false;
};

// What a program can run, and how it was built.
struct Description {
  std::vector<EngineInfo> engines;
  std::string build;  // "optimised", or what is wrong with it
  bool optimised = false;
};

std::string encode(const Job& job);
std::string encode(const Measurement& measurement);
std::string encode(const Ending& ending);
std::string encode(const Description& description);

std::string describe_request();

// Nothing: it was the request to describe.
Result<std::optional<Job>> decode_job(std::string_view text);
Result<std::variant<Measurement, Ending>> decode_answer(std::string_view line);
Result<Description> decode_description(std::string_view line);

}  // namespace kv::bench
