#pragma once

// The persistent engines that the harness tortures. A new one joins with a line in the table.
//
// *Thread safety*: constants.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engines/environment.h"
#include "kv/options.h"
#include "kv/store.h"
#include "tests/torture/coverage.h"

namespace kv::torture {

struct EngineUnderTorture {
  std::string_view name;
  Result<std::unique_ptr<Store>> (*open)(const Options& options, const Environment& environment);
  Result<std::unique_ptr<Store>> (*open_for_real)(const Options& options);

  std::string_view background;  // what it does there, for people

  // The calls that the engine makes: a run of all workloads that meets no crash at one of them has
  // not tested it.
  std::span<const Cell> makes;
};

std::span<const EngineUnderTorture> engines_under_torture();

// What the harness opens stores with: small logs, which roll again and again, and tables of many
// small blocks, of which the cache holds few.
Options options_under_torture(std::string directory, std::size_t log_bytes);

}  // namespace kv::torture
