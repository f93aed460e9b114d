#include "storage/simple_commit.h"

#include <mutex>

#include "base/adaptive_shared_mutex.h"
#include "kv/lifetime.h"

namespace kv {
namespace {

class SimpleCommit final : public Commit {
 public:
  explicit SimpleCommit(CommitTarget& target) : target_(target) {}

  Status apply(const Batch& batch, const Context& context) override {
    const std::lock_guard lock(mutex_);
    if (closed_) return Lifetime::refusal();
    if (half_inserted_) {
      return failure(Code::unavailable,
                     "the memory was used up in the middle of a batch, so the store takes no more "
                     "writes; it can still be read");
    }
    if (Status in_time = context.check(); !in_time) return in_time;
    if (Status met = target_.check(batch); !met) return met;
    if (batch.change_count() == 0) return {};
    const SequenceNumber last = target_.published();
    // Should the insert throw, this says so for ever. A batch of one is inserted or not.
    half_inserted_ = batch.change_count() > 1;
    target_.insert(batch, last + 1);
    half_inserted_ = false;
    target_.publish(last + batch.change_count());
    return {};
  }

  // Nothing is logged, so there is nothing to make durable.
  Status flush(const Context&) override { return {}; }

  Status close() override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    return {};
  }

 private:
  CommitTarget& target_;
  AdaptiveSharedMutex mutex_;  // held by a writer from check to publish

  // Guarded by mutex_:
  bool closed_ = false;
  bool half_inserted_ = false;  // part of a batch that was never published lies in the target
};

}  // namespace

std::unique_ptr<Commit> make_simple_commit(CommitTarget& target) {
  return std::make_unique<SimpleCommit>(target);
}

}  // namespace kv
