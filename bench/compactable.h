#pragma once

// A store that can be asked to compact, and has no levels, statistics or trace to show, so that it
// is no Maintenance: the peers.
//
// *Thread safety*: any thread. *Errors*: as Maintenance::compact.

#include "base/result.h"

namespace kv::bench {

class Compactable {
 public:
  virtual ~Compactable() = default;

  // Brings all of its data into its smallest form, and returns when that is done.
  virtual Status compact() = 0;
};

}  // namespace kv::bench
