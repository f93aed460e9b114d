#pragma once

// A script: what a process does to one store, step by step, so that it can be done again and again,
// each time with another accident. The steps are data, so that one that shows a bug can be made
// shorter.
//
// *Thread safety*: values.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/crash_policy.h"
#include "kv/batch.h"
#include "kv/options.h"

namespace kv::torture {

struct Step {
  enum class Kind : unsigned char {
    open,        // with the durability
    write,       // the batch; one change without requirements is a plain put or erase
    flush,       //
    compact,     // everything
    background,  // one task of the executor runs, if one waits
    close,       //
    crash        // the process dies, by the policy; what follows begins with an `open`
  };

  Kind kind;
  Durability durability = Durability::wal;
  std::shared_ptr<const Batch> batch{};
  CrashPolicy policy = CrashPolicy::process_death;
};

struct Script {
  std::string workload;
  std::uint64_t seed;       // of all that is random, the executor's order and the crashes included
  std::size_t log_bytes;    // Options::log_bytes
  std::vector<Step> steps;  // begins with an `open`
};

// Where the store is, on the simulated disk.
inline constexpr const char* store_directory = "/db";

std::string_view name(CrashPolicy policy);

// `put "k07" = 212 bytes`: for people.
std::string told(const Batch& batch);
std::string told(const Step& step);

}  // namespace kv::torture
