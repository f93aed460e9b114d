#pragma once

// The workloads under torture: each a way to use a store, which a seed makes a script of.
//
// *Thread safety*: pure functions.

#include <cstdint>
#include <span>
#include <string_view>

#include "tests/torture/script.h"

namespace kv::torture {

struct Workload {
  std::string_view name;
  std::string_view summary;
  Script (*write)(std::uint64_t seed);
};

// All of them. Valid for ever.
std::span<const Workload> workloads();

// The workload of that name, or null.
const Workload* find_workload(std::string_view name);

}  // namespace kv::torture
