#pragma once

// Knows what a store may hold after an accident. It is told every write as it begins and how it
// ended, and of each keeps how far it was promised to last:
//
//   commit order     1   2   3   4   5   6   7   8
//                    └───────┘                        acknowledged at `sync`, or flushed: survives
//                    └───────────────┘                acknowledged at `wal`: survives the process
//                    └───────────────────────┘        acknowledged at all
//                                            └───┘    in doubt: the process died inside the call,
//                                                     or it answered `outcome_unknown`
//
// What is there afterwards must be the state after some write k of this order: at least what was
// promised against this kind of accident, at the most what was attempted, each batch whole. k is
// what the store gives as its last sequence number, and then every byte is compared; so is the
// state half way there, if the store still knows it.
//
// *Thread safety*: one thread at a time; a copy is independent and cheap.
// *Ownership*: shares the batches.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/crash_policy.h"
#include "kv/batch.h"
#include "kv/capabilities.h"
#include "kv/options.h"
#include "kv/store.h"

namespace kv::torture {

// What is wrong, for people; none: nothing is.
using Complaint = std::optional<std::string>;

class Oracle {
 public:
  // Whether the batch's requirements hold of all that was acknowledged.
  bool holds(const Batch& batch) const;

  // A write begins, the next of the commit order. Requires: it has a change; the write before it
  // has ended.
  void attempt(std::shared_ptr<const Batch> batch);

  // How the write that began last has ended. Of one that ends in none of these ways it stays in
  // doubt whether it has happened.
  void acknowledge(Durability durability);
  void refuse();  // it had no effect, and never will have

  // A flush or a close succeeded: all that was acknowledged is as safe as can be.
  void flushed();

  // The process died, and maybe the power went.
  void crashed(CrashPolicy policy);

  // A sync failed, and the kernel forgot what it could not write: nothing but what was synced
  // before is safe any more, not even from the death of the process.
  void forgotten();

  // What is wrong with a store that was opened again. A read that fails with the code that is
  // excused, because something is wrong with a table's bytes, is no complaint. Requires: it has
  // Versioned.
  Complaint check(Store& store, std::optional<Code> excused = std::nullopt) const;

  // The same, but it may have lost what was promised, as long as what is left is a prefix.
  Complaint check_prefix(Store& store, std::optional<Code> excused = std::nullopt) const;

  // What is wrong with what a store shows that lives: just what was acknowledged.
  Complaint check_live(Store& store) const;

  // A store was opened again, and holds the writes up to this one: from now on they are as safe as
  // can be, and those behind it have never been.  Requires: check() has nothing against it.
  void reopened(SequenceNumber last);

  // The last write that must be there, and the last that may be there.
  SequenceNumber promised() const { return survives_process_; }
  SequenceNumber attempted() const { return writes_.empty() ? 0 : writes_.back().last; }
  SequenceNumber acknowledged() const { return acknowledged_; }

  // How many writes must be there.
  std::size_t promised_writes() const;

 private:
  struct Version {
    SequenceNumber sequence;
    std::optional<std::string_view> value;  // none: erased; points into the batch
  };
  using State = std::map<std::string_view, Version>;  // the keys point into the batches

  struct Write {
    std::shared_ptr<const Batch> batch;
    SequenceNumber last;  // the number of its last change
  };

  // Every key that was ever written, as it is after the write.
  State state_after(SequenceNumber last) const;
  static void perform(State& state, const Batch& batch, SequenceNumber first);
  Complaint check_between(SequenceNumber least, SequenceNumber most, Store& store,
                          std::optional<Code> excused = std::nullopt) const;
  Complaint check_older(SequenceNumber last, Versioned& versioned,
                        std::optional<Code> excused) const;

  std::vector<Write> writes_;
  State acknowledged_state_;
  SequenceNumber acknowledged_ = 0;
  SequenceNumber survives_process_ = 0;  // <= acknowledged_
  SequenceNumber survives_power_ = 0;    // <= survives_process_
};

}  // namespace kv::torture
