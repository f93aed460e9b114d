#pragma once

// Where and how it is measured: what a reader must know to believe a figure.
//
// *Thread safety*: any thread. *Errors*: none; what the system does not tell is left empty or 0.

#include <string>

namespace kv::bench {

struct Machine {
  unsigned cores = 0;
  std::string processor;  // its model's name
  double load = 0;        // the load average of the last minute
};

Machine machine();

// Whether so much else goes on that figures will be noisy.
bool busy(const Machine& machine);

// How this program was built: "optimised" alone is what should be measured.
std::string build_kind();
bool built_optimised();

}  // namespace kv::bench
