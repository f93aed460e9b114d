#pragma once

// The process that does one run: opens one engine, runs workloads on it, writes what it measured.
// kvbench starts itself, or another program that was built like it, in this role, so that memory
// figures are clean, a crash of one store ends nothing else, and two builds of one engine can be
// compared.
//
// *Thread safety*: call once, from main.

#include <span>

#include "engines/table.h"

namespace kv::bench {

// The engines that a program can run.
struct Stores {
  std::span<const Engine> engines;
  std::span<const Engine> peers;

  const Engine* find(std::string_view name) const;
};

// Does the job (wire.h) and gives the program's exit code. Answers go to what was standard output;
// what a store prints there goes to standard error instead, so that it cannot pass for an answer.
int work(std::string_view job, const Stores& stores);

}  // namespace kv::bench
