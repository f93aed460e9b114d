#pragma once

// How writes take effect: in one order, each whole, and none before it is as safe as was promised.
// A *commit strategy* decides who waits for whom and what is written down before; the store that it
// commits to gives it the steps (CommitTarget). The simple strategy (storage/simple_commit.h) does
// all steps under one mutex; stage 04 brings a queue, whose first writer does them for a whole
// group.
//
//   check      do the batch's requirements hold of all that was inserted before?
//   insert     its changes get the numbers that follow the last one, and go where readers could
//              find them, but no reader looks that far yet
//   publish    from here on readers see it, all of it at once
//
//   last published ──┐
//          ... 4  5  6 │ 7  8  9          numbers inserted, of one batch or of a group
//                      └────────> publish(9)
//
// What a log must hold is written between insert and publish, or before both. If that fails, what
// was inserted is never published, and the strategy refuses every write from then on.

#include <functional>
#include <memory>

#include "base/result.h"
#include "kv/batch.h"
#include "kv/capabilities.h"
#include "kv/context.h"
#include "storage/internal_iterator.h"

namespace kv {

// The steps of a commit, given by a store.
//
// *Thread safety*: one thread at a time calls check, insert and publish, and whoever hands over to
// another thread orders the two; readers go on meanwhile and are not waited for. Any thread may ask
// what is published.
class CommitTarget {
 public:
  virtual ~CommitTarget() = default;
  CommitTarget(const CommitTarget&) = delete;
  CommitTarget& operator=(const CommitTarget&) = delete;

  // Ok if every requirement of the batch holds of the state with all that was inserted, published
  // or not; otherwise `conflict`, naming the key.
  virtual Status check(const Batch& batch) = 0;

  // Inserts the batch's changes, numbered `first`, `first` + 1 and so on, one for each.
  // Requires: `first` is larger than every number before.  Errors: std::bad_alloc; then the changes
  // before the one that found no memory are inserted, and nothing may be published any more.
  virtual void insert(const Batch& batch, SequenceNumber first) = 0;

  // Shows readers everything up to this number.  Requires: all of it was inserted.
  virtual void publish(SequenceNumber last) = 0;

  // The number published last.
  virtual SequenceNumber published() const = 0;

  // A walk forward over every version that was inserted before, published or not; it may also see
  // later ones. Any thread may ask; the walk keeps alive what it walks over.
  virtual std::unique_ptr<InternalIterator> versions() const = 0;

 protected:
  CommitTarget() = default;
};

// *Thread safety*: any thread, all functions at once.
class Commit {
 public:
  virtual ~Commit() = default;
  Commit(const Commit&) = delete;
  Commit& operator=(const Commit&) = delete;

  // As Store::apply: when it returns ok, the batch is published, and as durable as the store's
  // level promises.
  virtual Status apply(const Batch& batch, const Context& context) = 0;

  // As Store::flush.
  virtual Status flush(const Context& context) = 0;

  // Refuses from now on, with `closed`, every write that has not begun, and returns when those
  // under way are finished. A second call does nothing and is ok. Errors: what is met when writes
  // are made durable.
  virtual Status close() = 0;

 protected:
  Commit() = default;
};

// Makes the strategy for a store that holds what was recovered. The target outlives it.
using MakeCommit = std::function<Result<std::unique_ptr<Commit>>(CommitTarget& target)>;

}  // namespace kv
