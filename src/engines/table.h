#pragma once

// Every engine by name, for the programs that let their user choose one.

#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "kv/options.h"
#include "kv/store.h"

namespace kv {

struct Engine {
  std::string_view name;
  std::string_view summary;  // half a line for --help
  bool persistent;           // whether its data outlives the process
  Result<std::unique_ptr<Store>> (*open)(const Options& options);
};

// In the order of the stages. Valid for ever.
std::span<const Engine> engines();

// The engine of that name, or null.
const Engine* find_engine(std::string_view name);

// Opens the engine of that name. Errors: `invalid_argument` for a name that is not in the table,
// listing those that are; otherwise those of the engine.
Result<std::unique_ptr<Store>> open_engine(std::string_view name, const Options& options = {});

}  // namespace kv
