#include "storage/lsm_store.h"

#include <atomic>
#include <cassert>
#include <deque>
#include <mutex>
#include <string>
#include <utility>

#include "base/quote.h"
#include "kv/capabilities.h"
#include "storage/memtable_source.h"
#include "storage/shared_view.h"
#include "storage/snapshot_numbers.h"
#include "storage/view_reads.h"

namespace kv {
namespace {

Result<std::unique_ptr<Iterator>> scan_at(const ReadPoint& at,
                                          const MakeVisibleIterator& make_visible_iterator,
                                          const Range& range, Iterator::Scope scope) {
  auto versions = walk(at.view, range.reverse ? Direction::reverse : Direction::forward);
  return make_visible_iterator(std::move(versions), range, at.sequence, std::move(scope));
}

// What a store shares with its snapshots, which may outlive it.
struct Readable {
  // The number up to which readers see. Released by publish, acquired by every read: who sees a
  // number finds all that was inserted up to it. On a cache line of its own: every write changes
  // it, and what stands beside it is read by everybody.
  alignas(64) std::atomic<SequenceNumber> published{0};

  alignas(64) SharedView view{published};
  SnapshotNumbers numbers{published};
};

class LsmSnapshot final : public Snapshot {
 public:
  // The number was taken, and is let go of at the end.
  LsmSnapshot(std::shared_ptr<Lifetime> lifetime, std::shared_ptr<Readable> from,
              SequenceNumber sequence, MakeVisibleIterator make_visible_iterator)
      : Snapshot(std::move(lifetime)),
        from_(std::move(from)),
        sequence_(sequence),
        make_visible_iterator_(std::move(make_visible_iterator)) {}

  ~LsmSnapshot() override { from_->numbers.let_go(sequence_); }

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    return value_at(point(), key);
  }

  Result<bool> do_contains(std::string_view key, const Context&) override {
    return has_value_at(point(), key);
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    return scan_at(point(), make_visible_iterator_, range, std::move(scope));
  }

  ReadPoint point() const { return {from_->view.read_point().view, sequence_}; }

  const std::shared_ptr<Readable> from_;
  const SequenceNumber sequence_;
  const MakeVisibleIterator make_visible_iterator_;
};

class LsmStore final : public Store, private Versioned, private Maintenance, private LsmTarget {
 public:
  LsmStore(const Options& options, const LsmParts& parts) : Store(options.limits), parts_(parts) {}

  ~LsmStore() override { static_cast<void>(close()); }

  // The rest of the construction, which can fail.
  Status start() {
    add_memtable();
    replace_view();
    if (const Recover recover = std::exchange(parts_.recover, nullptr)) {
      const auto add = [this](const InternalKey& key, std::string_view value) {
        memtable_->add(key.sequence, key.kind, key.user_key, value);
      };
      Result<Recovered> recovered = recover(add);
      if (!recovered) return failure(std::move(recovered));
      readable_->numbers.raise_known_from(recovered->checkpoint);
      publish(recovered->last);
    }
    const auto make_commit = std::exchange(parts_.make_commit, nullptr);
    Result<std::unique_ptr<Commit>> commit = make_commit(*this);
    if (!commit) return failure(std::move(commit));
    commit_ = *std::move(commit);
    return {};
  }

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    return value_at(view_.read_point(), key);
  }

  Result<bool> do_contains(std::string_view key, const Context&) override {
    return has_value_at(view_.read_point(), key);
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    return scan_at(view_.read_point(), parts_.make_visible_iterator, range, std::move(scope));
  }

  Status do_apply(const Batch& batch, const Context& context) override {
    if (parts_.make_room && batch.change_count() > 0) {
      if (Status room = parts_.make_room(context); !room) return room;
    }
    return commit_->apply(batch, context);
  }

  Status do_flush(const Context& context) override { return commit_->flush(context); }

  Result<std::unique_ptr<Snapshot>> do_snapshot(const Context&) override {
    return snapshot_of(readable_->numbers.take_published());
  }

  // Requires: the number was taken.
  std::unique_ptr<Snapshot> snapshot_of(SequenceNumber sequence) {
    return std::make_unique<LsmSnapshot>(lifetime(), readable_, sequence,
                                         parts_.make_visible_iterator);
  }

  // There is no commit where the store was never started.
  Status do_close() override { return commit_ ? commit_->close() : Status(); }

  Versioned* do_versioned() override { return this; }
  Maintenance* do_maintenance() override { return this; }

  // Versioned: from the oldest that is known on, every version is there.
  SequenceNumber last_sequence() const override { return published(); }

  Result<SequenceNumber> latest_version(std::string_view key, const Context& context) override {
    if (Status admitted = admit({.key = key.size()}, context); !admitted)
      return failure(std::move(admitted));
    const ReadPoint at = view_.read_point();
    Result<std::optional<FoundVersion>> found =
        at.view->find({.user_key = key, .sequence = at.sequence});
    if (!found) return failure(std::move(found));
    return *found ? (*found)->sequence : 0;
  }

  Result<std::unique_ptr<Snapshot>> snapshot_at(SequenceNumber sequence,
                                                const Context& context) override {
    if (Status admitted = admit({}, context); !admitted) return failure(std::move(admitted));
    if (sequence > published()) return failure(in_the_future(sequence));
    if (!readable_->numbers.take(sequence)) return failure(forgotten(sequence));
    return snapshot_of(sequence);
  }

  Status changes_since(SequenceNumber sequence, const std::function<bool(const Change&)>& each,
                       const Context& context) override {
    if (Status admitted = admit({}, context); !admitted) return admitted;
    // The view first: what is dropped later, it still has.
    const ReadPoint at = view_.read_point();
    if (sequence > at.sequence) return failure(in_the_future(sequence));
    if (sequence < readable_->numbers.known_from()) return failure(forgotten(sequence));
    return changes_up_to(at, sequence + 1, each, context);
  }

  Error in_the_future(SequenceNumber sequence) const {
    return {Code::invalid_argument, "sequence number " + std::to_string(sequence) +
                                        " lies in the future; the last write has number " +
                                        std::to_string(published())};
  }

  Error forgotten(SequenceNumber sequence) const {
    return {Code::invalid_argument, "the versions of sequence number " + std::to_string(sequence) +
                                        " are gone; the oldest that is known is " +
                                        std::to_string(readable_->numbers.known_from())};
  }

  // Maintenance
  Result<Figures> statistics() override {
    if (Status admitted = admit({}, Context::none()); !admitted)
      return failure(std::move(admitted));
    Figures figures;
    {
      const std::lock_guard lock(mutex_);
      double bytes = 0;
      double entries = 0;
      for (const auto& source : memtables_) {
        bytes += static_cast<double>(source->memtable()->bytes());
        entries += static_cast<double>(source->memtable()->entries());
      }
      figures = {{"memtables", static_cast<double>(memtables_.size())},
                 {"memtable_bytes", bytes},
                 {"memtable_entries", entries},
                 {"sequence", static_cast<double>(published())}};
    }
    if (parts_.count) parts_.count(figures);
    return figures;
  }

  Result<std::uint64_t> count(const Context& context) override {
    auto entries = scan({}, context);
    if (!entries) return failure(std::move(entries));
    std::uint64_t count = 0;
    while ((*entries)->next()) ++count;
    if (Status walked = (*entries)->status(); !walked) return failure(std::move(walked));
    return count;
  }

  Status compact(const Range& range, const Context& context) override {
    if (Status admitted = admit({}, context); !admitted) return admitted;
    return parts_.compact ? parts_.compact(range, context) : Status();
  }

  Result<std::vector<Level>> levels() override {
    if (Status admitted = admit({}, Context::none()); !admitted)
      return failure(std::move(admitted));
    return parts_.levels ? parts_.levels() : std::vector<Level>();
  }

  Status trace(std::string_view key, Trace& steps, const Context& context) override {
    if (Status admitted = admit({.key = key.size()}, context); !admitted) return admitted;
    const ReadPoint at = view_.read_point();
    Result<std::optional<FoundVersion>> found =
        at.view->find({.user_key = key, .sequence = at.sequence, .trace = &steps});
    if (!found) return failure(std::move(found));
    steps.push_back(*found && (*found)->kind == EntryKind::put ? "found" : "not found");
    return {};
  }

  // One batch: it may be too large, and then its limit says so.
  Status clear(const Context& context) override {
    auto entries = scan({}, context);
    if (!entries) return failure(std::move(entries));
    Batch batch;
    while ((*entries)->next()) batch.erase((*entries)->key());
    if (Status walked = (*entries)->status(); !walked) return walked;
    return apply(batch, context);
  }

  // CommitTarget: what is inserted and not yet published counts for requirements.
  Status check(const Batch& batch) override {
    for (const Batch::Operation& requirement : batch.requirements()) {
      if (Status met = check_requirement(requirement); !met) return met;
    }
    return {};
  }

  Status check_requirement(const Batch::Operation& requirement) const {
    const Result<std::string> value =
        value_at({view_.read_point().view, max_sequence}, requirement.key);
    if (!value && !failed_with(Code::not_found, value)) return failure(value.error());
    const bool met = requirement.kind == Batch::Kind::require_absent
                         ? !value
                         : value && *value == requirement.value;
    if (met) return {};
    return failure(Code::conflict, "key " + abbreviated(requirement.key) +
                                       " is not as required; read it and try again");
  }

  void insert(const Batch& batch, SequenceNumber first) override {
    for (const Batch::Operation& change : batch.changes()) {
      const auto kind = change.kind == Batch::Kind::put ? EntryKind::put : EntryKind::tombstone;
      memtable_->add(first++, kind, change.key, change.value);
    }
  }

  void publish(SequenceNumber last) override {
    readable_->published.store(last, std::memory_order_release);
  }

  SequenceNumber published() const override {
    return readable_->published.load(std::memory_order_acquire);
  }

  std::unique_ptr<InternalIterator> versions() const override {
    return walk(view_.read_point().view, Direction::forward);
  }

  // LsmTarget
  std::shared_ptr<const Memtable> freeze() override {
    const std::lock_guard lock(mutex_);
    auto frozen = memtables_.front()->memtable();
    add_memtable();
    replace_view();
    return frozen;
  }

  void show(std::vector<std::shared_ptr<const Source>> tables, const Memtable* written) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(memtables_,
                  [&](const auto& source) { return source->memtable().get() == written; });
    tables_ = std::move(tables);
    replace_view();
  }

  std::vector<SequenceNumber> readers(SequenceNumber dropping) override {
    return readable_->numbers.readers(dropping);
  }

  SequenceNumber known_from() const override { return readable_->numbers.known_from(); }

  // Makes a memtable that takes what is inserted from now on. mutex_ is held, or nobody else here.
  void add_memtable() {
    std::shared_ptr<Memtable> memtable = parts_.make_memtable();
    memtables_.push_front(std::make_shared<MemtableSource>(memtable));
    memtable_ = memtable.get();
  }

  // Shows readers memtables_ and tables_. As above.
  void replace_view() {
    if (!parts_.make_read_view) return view_.replace(view_of(memtables_.front()));
    std::vector<std::shared_ptr<const Source>> sources(memtables_.begin(), memtables_.end());
    sources.insert(sources.end(), tables_.begin(), tables_.end());
    view_.replace(parts_.make_read_view(std::move(sources)));
  }

  LsmParts parts_;  // constant once the store was started

  const std::shared_ptr<Readable> readable_ = std::make_shared<Readable>();
  SharedView& view_ = readable_->view;

  // The first of memtables_: the committing thread's alone.
  Memtable* memtable_ = nullptr;

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::deque<std::shared_ptr<const MemtableSource>> memtables_;  // the newest first
  std::vector<std::shared_ptr<const Source>> tables_;            // the newest first

  std::unique_ptr<Commit> commit_;  // set by start(); last, since it uses the rest
};

}  // namespace

Result<std::unique_ptr<Store>> make_lsm_store(const Options& options, const LsmParts& parts) {
  assert(parts.make_memtable && parts.make_commit && parts.make_visible_iterator);
  const Limits& limits = options.limits;
  const bool keys_fit = limits.key_bytes <= Memtable::max_bytes - tag_bytes;
  if (!keys_fit || limits.value_bytes > Memtable::max_bytes) {
    return failure(Code::invalid_argument,
                   "a memtable holds keys of up to " +
                       std::to_string(Memtable::max_bytes - tag_bytes) +
                       " bytes and values of up to " + std::to_string(Memtable::max_bytes) +
                       "; lower Limits::" + (keys_fit ? "value_bytes" : "key_bytes"));
  }
  auto store = std::make_unique<LsmStore>(options, parts);
  if (Status started = store->start(); !started) return failure(std::move(started));
  return store;
}

}  // namespace kv
