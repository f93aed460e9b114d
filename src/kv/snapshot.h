#pragma once

// A store's content at one moment, for reading: what Reader promises, and the same answers for
// ever, whatever is written to the store meanwhile.
//
// *Thread safety*: any thread. *Ownership*: the caller's; it may outlive its store, and then
// answers `closed`, as it does once the store is closed. While it lives it costs memory (or disk)
// for what has changed since: let it go early.

#include "kv/reader.h"

namespace kv {

class Snapshot : public Reader {
 protected:
  using Reader::Reader;  // an engine hands on its own lifetime()
};

}  // namespace kv
