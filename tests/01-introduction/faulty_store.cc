// A right store in disguise, with one fault built in or none. What is mistaken about keys, batches
// and scans stands in faulty_keys.h, faulty_batch.h and faulty_scan.h; here, the rest.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "kv/capabilities.h"
#include "tests/01-introduction/broken_stores.h"
#include "tests/01-introduction/faulty_batch.h"
#include "tests/01-introduction/faulty_keys.h"
#include "tests/01-introduction/faulty_scan.h"
#include "tests/01-introduction/right_stores.h"

namespace kv::test {
namespace {

// Lets another writer in between the check of a batch and its changes, for one that checks and
// changes in two steps. It waits until somebody has made the check untrue: once in a store's life
// that is enough. Nobody waits on the thread that opened the store, so that a single thread notices
// nothing, and together the others wait no longer than `patience_`.
class Gap {
 public:
  template <class StillTrue>
  void wait_until_untrue(StillTrue still_true) {
    std::unique_lock lock(mutex_);
    if (std::this_thread::get_id() == owner_ || waiting_ || patience_ <= patience_.zero()) return;
    waiting_ = true;
    const auto begin = std::chrono::steady_clock::now();
    const bool untrue =
        changed_.wait_for(lock, patience_ / 2, [&]() -> bool { return !still_true(); });
    patience_ = untrue ? patience_.zero() : patience_ - (std::chrono::steady_clock::now() - begin);
    waiting_ = false;
  }

  void changed() {
    {
      const std::lock_guard lock(mutex_);
    }  // a waiter that is just looking sees the change
    changed_.notify_all();
  }

 private:
  const std::thread::id owner_ = std::this_thread::get_id();
  std::mutex mutex_;
  std::condition_variable changed_;
  bool waiting_ = false;                                         // guarded by mutex_
  std::chrono::nanoseconds patience_ = std::chrono::seconds(2);  // guarded by mutex_
};

// What a store shares with its snapshots and iterators, which may outlive it.
struct Shared {
  explicit Shared(Fault chosen, std::unique_ptr<Store> store)
      : fault(chosen), right(std::move(store)) {}

  const Fault fault;
  const std::shared_ptr<Store> right;
  const std::shared_ptr<Views> views = std::make_shared<Views>();
  std::mutex mutex;
  std::shared_ptr<Snapshot> newest;  // the last snapshot taken; guarded by mutex, like flushes
  std::uint64_t flushes = 0;
};

// A life time of its own, for what goes on answering when the store is closed.
std::shared_ptr<Lifetime> endless(const Lifetime& lifetime) {
  return std::make_shared<Lifetime>(lifetime.limits());
}

Result<std::unique_ptr<Iterator>> scan_of(const Shared& shared, const Range& range,
                                          Iterator::Scope scope, std::shared_ptr<Reader> source) {
  if (shared.fault == Fault::iterator_outlives_close) scope.lifetime = endless(*scope.lifetime);
  return faulty_scan(shared.fault, range, std::move(scope), std::move(source), shared.right,
                     shared.views);
}

Result<std::string> value_of(Fault fault, Reader& right, std::string_view key,
                             const Context& context) {
  const std::string stored = stored_key(fault, key);
  Result<std::string> value = right.get(stored, context);
  if (fault == Fault::empty_value_is_absent && value && value->empty()) {
    return failure(Code::not_found);
  }
  if (!failed_with(Code::not_found, value)) return value;
  if (fault == Fault::absent_key_has_empty_value) return std::string();
  if (fault == Fault::absent_key_has_next_value) {
    auto next = right.scan({.start = stored});
    if (next && (*next)->next()) return std::string((*next)->value());
  }
  return value;
}

Result<bool> presence_of(Fault fault, Reader& right, std::string_view key, const Context& context) {
  if (fault == Fault::empty_value_is_absent) {
    return value_of(fault, right, key, context).has_value();
  }
  return right.contains(stored_key(fault, key), context);
}

class FaultySnapshot final : public Snapshot {
 public:
  FaultySnapshot(std::shared_ptr<Lifetime> lifetime, std::shared_ptr<Shared> shared,
                 std::shared_ptr<Snapshot> right, std::uint64_t flushes)
      : Snapshot(std::move(lifetime)),
        shared_(std::move(shared)),
        right_(std::move(right)),
        flushes_(flushes) {}

 private:
  Result<std::string> do_get(std::string_view key, const Context& context) override {
    if (fault() == Fault::snapshot_loses_erased_keys && !live().contains(key).value_or(true)) {
      return failure(Code::not_found);
    }
    if (fault() == Fault::snapshot_get_is_live) return live().get(key, context);
    return value_of(fault(), *source(), key, context);
  }

  Result<bool> do_contains(std::string_view key, const Context& context) override {
    if (fault() == Fault::snapshot_contains_is_live) return live().contains(key, context);
    return presence_of(fault(), *source(), key, context);
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    if (fault() != Fault::snapshot_scan_is_live) {
      return scan_of(*shared_, range, std::move(scope), source());
    }
    return scan_of(*shared_, range, std::move(scope), shared_->right);
  }

  Fault fault() const { return shared_->fault; }
  Store& live() const { return *shared_->right; }

  // What it answers from.
  std::shared_ptr<Reader> source() const {
    const std::lock_guard lock(shared_->mutex);
    if (fault() == Fault::snapshot_moves_with_next) return shared_->newest;
    if (fault() == Fault::snapshot_moves_with_flush && shared_->flushes != flushes_) {
      return shared_->right;
    }
    return right_;
  }

  const std::shared_ptr<Shared> shared_;
  const std::shared_ptr<Snapshot> right_;
  const std::uint64_t flushes_;  // how many there had been when it was taken
};

class FaultyStore final : public Store {
 public:
  FaultyStore(Fault fault, const Limits& limits, std::unique_ptr<Store> right)
      : Store(limits), shared_(std::make_shared<Shared>(fault, std::move(right))) {}

  // Closing comes back to members that are gone when Store's own destructor runs.
  ~FaultyStore() override { static_cast<void>(close()); }

 private:
  Result<std::string> do_get(std::string_view key, const Context& context) override {
    return value_of(fault(), right(), key, context);
  }

  Result<bool> do_contains(std::string_view key, const Context& context) override {
    if (fault() == Fault::contains_stays_true) {
      const std::lock_guard lock(writing_);
      return ever_put_.contains(key);
    }
    return presence_of(fault(), right(), key, context);
  }

  Status do_apply(const Batch& batch, const Context& context) override {
    if (fault() == Fault::none) return right().apply(batch, context);
    if (fault() == Fault::check_and_change_are_two_steps) return apply_in_two_steps(batch);
    const std::lock_guard lock(writing_);
    Result<Batch> written = mistaken(fault(), batch, right());
    if (!written) return failure(std::move(written));
    return apply_alone(*written);
  }

  // Null where another thread closes the store at this very moment.
  std::shared_ptr<Snapshot> snapshot_if_open() {
    Result<std::unique_ptr<Snapshot>> snapshot = right().snapshot();
    if (!snapshot) return nullptr;
    return *std::move(snapshot);
  }

  // Requires: writing_ is held.
  Status apply_alone(const Batch& batch) {
    std::shared_ptr<Snapshot> before;
    Status applied = apply_to_right(batch, before);
    if (!applied) return after_conflict(batch, std::move(applied));
    before_last_write_ = std::move(before);
    if (fault() == Fault::contains_stays_true) {
      for (const Batch::Operation& each : batch.changes()) {
        if (each.kind == Batch::Kind::put) ever_put_.emplace(each.key);
      }
    }
    return applied;
  }

  // Puts into `before` what the next snapshot will show, where the fault has it show less than all.
  Status apply_to_right(const Batch& batch, std::shared_ptr<Snapshot>& before) {
    const std::size_t count = batch.change_count();
    if (fault() == Fault::snapshot_misses_last_write) before = snapshot_if_open();
    if (fault() != Fault::snapshot_splits_batch || count < 2) return right().apply(batch);
    if (Status met = right().apply(requirements_of(batch)); !met) return met;
    if (Status most = right().apply(changes_of(batch, 0, count - 1)); !most) return most;
    before = snapshot_if_open();
    return right().apply(changes_of(batch, count - 1, count));
  }

  Status after_conflict(const Batch& batch, Status failed) {
    if (fault() == Fault::conflict_leaves_first_change) {
      if (Status first = right().apply(changes_of(batch, 0, 1)); !first) return first;
    }
    if (fault() == Fault::conflict_is_called_invalid) {
      return failure(Code::invalid_argument, failed.error().message());
    }
    return failed;
  }

  Status apply_in_two_steps(const Batch& batch) {
    if (const Batch check = requirements_of(batch); !check.empty()) {
      if (Status met = right().apply(check); !met) return met;
      gap_.wait_until_untrue([&]() -> bool { return right().apply(check).has_value(); });
    }
    Status applied = right().apply(changes_of(batch, 0, batch.change_count()));
    gap_.changed();
    return applied;
  }

  Status do_flush(const Context& context) override {
    if (fault() == Fault::flush_fails) {
      return failure(Code::unimplemented, "there is no disk to flush to");
    }
    const std::lock_guard lock(shared_->mutex);
    ++shared_->flushes;
    return right().flush(context);
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    if (!needs_source(fault())) {
      return scan_of(*shared_, range, std::move(scope), shared_->right);
    }
    Result<std::unique_ptr<Snapshot>> now = right().snapshot();
    if (!now) return failure(std::move(now));
    return scan_of(*shared_, range, std::move(scope), *std::move(now));
  }

  // Whether the fault has an iterator ask its source again when later writes may be in the store.
  static bool needs_source(Fault fault) {
    return fault == Fault::seek_leaves_range || fault == Fault::reverse_seek_goes_up ||
           fault == Fault::iterator_sees_later_writes;
  }

  Result<std::unique_ptr<Snapshot>> do_snapshot(const Context& context) override {
    const std::lock_guard lock(writing_);
    std::shared_ptr<Snapshot> taken = before_last_write_;
    if (!taken) {
      Result<std::unique_ptr<Snapshot>> now = right().snapshot(context);
      if (!now) return now;
      taken = *std::move(now);
    }
    const std::lock_guard also(shared_->mutex);
    shared_->newest = taken;
    const bool outlives = fault() == Fault::snapshot_outlives_close;
    return std::make_unique<FaultySnapshot>(outlives ? endless(*lifetime()) : lifetime(), shared_,
                                            std::move(taken), shared_->flushes);
  }

  Status do_close() override {
    if (fault() == Fault::close_wipes_views) shared_->views->wipe();
    if (fault() == Fault::snapshot_outlives_close || fault() == Fault::iterator_outlives_close) {
      return {};  // what goes on answering needs the right store open
    }
    return right().close();
  }

  Transactional* do_transactional() override { return right().as<Transactional>(); }
  Versioned* do_versioned() override { return right().as<Versioned>(); }
  Maintenance* do_maintenance() override { return right().as<Maintenance>(); }

  Fault fault() const { return shared_->fault; }
  Store& right() const { return *shared_->right; }

  const std::shared_ptr<Shared> shared_;
  Gap gap_;
  std::mutex writing_;  // held while a faulty write reads and then writes
  // Guarded by writing_:
  std::shared_ptr<Snapshot> before_last_write_;  // what the next snapshot shows, where not null
  std::set<std::string, std::less<>> ever_put_;
};

std::unique_ptr<Store> disguised(Fault fault, const RightStore& chosen, const Options& options) {
  Options roomy = options;  // what the fault adds to a key or a batch must not meet a limit
  roomy.limits.key_bytes += 16;
  roomy.limits.batch_bytes *= 2;
  return std::make_unique<FaultyStore>(fault, options.limits, chosen.open(roomy));
}

// Whether the fault takes a snapshot at every write, so that it had better cost nothing.
bool snapshots_often(Fault fault) {
  return fault == Fault::snapshot_misses_last_write || fault == Fault::snapshot_splits_batch;
}

}  // namespace

std::unique_ptr<Store> open_broken(Fault fault, const Options& options) {
  const auto right = right_stores();
  const auto number = static_cast<std::size_t>(fault) % right.size();
  return disguised(fault, snapshots_often(fault) ? right.back() : right[number], options);
}

std::unique_ptr<Store> open_disguised(std::size_t right_store, const Options& options) {
  return disguised(Fault::none, right_stores()[right_store], options);
}

}  // namespace kv::test
