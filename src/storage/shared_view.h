#pragma once

// What readers look at now: a read view (storage/read_view.h) and the number of the write up to
// which they see, taken together. The view is replaced now and then, and asked for at every read;
// so it is kept in several copies, and threads that read at the same time seldom meet at the same
// one: not at its mutex, nor at its count of owners.
//
// *Thread safety*: any thread reads; one thread at a time replaces.
// *Invariants*: whoever gets the number S gets a view that holds every write up to S, and the view
// was not replaced before S was read. For that, whoever makes writes go elsewhere (freezes a
// memtable) replaces the view *before* the first of them is inserted.

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>

#include "kv/capabilities.h"
#include "storage/read_view.h"

namespace kv {

using ReadViewPointer = std::shared_ptr<const ReadView>;

struct ReadPoint {
  ReadViewPointer view;
  SequenceNumber sequence;
};

class SharedView {
 public:
  // Borrows the number that was published last; acquired by readers.
  explicit SharedView(const std::atomic<SequenceNumber>& published) : published_(published) {}

  void replace(const ReadViewPointer& view);

  // Requires: replace was called.
  ReadPoint read_point() const;

 private:
  struct alignas(64) Copy {
    mutable std::mutex mutex;
    ReadViewPointer view;  // guarded by mutex
  };

  const std::atomic<SequenceNumber>& published_;
  std::array<Copy, 16> copies_;
};

}  // namespace kv
