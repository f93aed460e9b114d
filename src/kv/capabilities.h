#pragma once

// What some stores offer besides Store. Ask with store.as<Versioned>(): null where the engine has
// none.
//
// *Thread safety*: any thread, except Transaction: one thread at a time.
// *Ownership*: a capability is the store itself seen from another side, and dies with it.
// *Errors*: `closed` after Store::close; those of Reader and Store otherwise.
//
// Sequence numbers count writes: each change of a key gets the next one, from 1 on, in the order in
// which the writes took effect. 0 stands before every write.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kv/context.h"
#include "kv/range.h"
#include "kv/reader.h"
#include "kv/snapshot.h"

namespace kv {

using SequenceNumber = std::uint64_t;

// Several reads and writes that happen as if alone (stage 07). It reads its own writes. Destroying
// it without commit rolls it back.
class Transaction : public Reader {
 public:
  virtual Status put(std::string_view key, std::string_view value) = 0;
  virtual Status erase(std::string_view key) = 0;

  // Makes its writes visible, all at once. Errors: `conflict` and `deadlock`: nothing was done,
  // begin again.
  virtual Status commit(const Context& context = Context::none()) = 0;

  // Forgets its writes. Ok as well after a failed commit.
  virtual Status rollback() = 0;

 protected:
  using Reader::Reader;
};

class Transactional {
 public:
  virtual ~Transactional() = default;
  virtual Result<std::unique_ptr<Transaction>> begin(const Context& context = Context::none()) = 0;
};

// A store that knows its own past by sequence number (stage 03 and later).
class Versioned {
 public:
  // One change, as changes_since tells it. The views live as long as the call that hands it over.
  struct Change {
    SequenceNumber sequence;
    std::string_view key;
    std::string_view value;  // empty where erased
    bool erased;
  };

  virtual ~Versioned() = default;

  // The number of the newest write that readers see. It cannot fail: after Store::close, the last
  // one there was.
  virtual SequenceNumber last_sequence() const = 0;

  // The number of the write that the key's newest value, or its erasure, came from; 0: the store
  // knows of none, since there was none or its erasure is long forgotten.
  virtual Result<SequenceNumber> latest_version(std::string_view key,
                                                const Context& context = Context::none()) = 0;

  // The content as it was once that write had taken effect. Errors: `invalid_argument` for a number
  // that lies in the future, or so far back that its versions are gone.
  virtual Result<std::unique_ptr<Snapshot>> snapshot_at(
      SequenceNumber sequence, const Context& context = Context::none()) = 0;

  // Hands over every change after that number, in order, until `each` returns false. Errors:
  // `invalid_argument` where the store no longer knows them all.
  virtual Status changes_since(SequenceNumber sequence,
                               const std::function<bool(const Change&)>& each,
                               const Context& context = Context::none()) = 0;
};

// A store's inner life: for operators, benchmarks and the curious.
class Maintenance {
 public:
  // One level of a store that keeps its data in levels, the newest first.
  struct Level {
    int number;
    std::uint64_t files;
    std::uint64_t bytes;
  };

  virtual ~Maintenance() = default;

  // Figures by name, in the order of the names; units are part of the name ("memtable_bytes").
  virtual Result<std::map<std::string, double>> statistics() = 0;

  // How many keys have a value. Exact, but it may have to visit them all.
  virtual Result<std::uint64_t> count(const Context& context = Context::none()) = 0;

  // Rewrites the range's data in its smallest form (its limit and direction are not looked at), as
  // far as the engine has one: all that was written before; what comes meanwhile is not waited for.
  virtual Status compact(const Range& range = {}, const Context& context = Context::none()) = 0;

  virtual Result<std::vector<Level>> levels() = 0;

  // Adds the way of one get to `steps`, a line a step, for people: "memtable: no", "table 12: the
  // filter says no". Of a get that fails, the steps up to there, and its error.
  virtual Status trace(std::string_view key, std::vector<std::string>& steps,
                       const Context& context = Context::none()) = 0;

  // Erases, as one atomic write, every key that had a value when it began; newer keys stay.
  virtual Status clear(const Context& context = Context::none()) = 0;
};

}  // namespace kv
