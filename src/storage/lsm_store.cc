#include "storage/lsm_store.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "base/quote.h"
#include "kv/capabilities.h"

namespace kv {
namespace {

using Source = std::shared_ptr<const Memtable>;

// The version that has the key's value, if there is one that a reader at this number sees.
std::optional<Memtable::Version> value_at(const Memtable& memtable, std::string_view key,
                                          SequenceNumber sequence) {
  std::optional<Memtable::Version> version = memtable.get(key, sequence);
  if (version && version->kind == EntryKind::tombstone) version.reset();
  return version;
}

Result<std::string> get_at(const Memtable& memtable, std::string_view key,
                           SequenceNumber sequence) {
  const std::optional<Memtable::Version> version = value_at(memtable, key, sequence);
  if (!version) return failure(Code::not_found);
  return std::string(version->value);
}

std::unique_ptr<Iterator> scan_at(const Source& memtable, SequenceNumber sequence,
                                  const MakeVisibleIterator& make_visible_iterator,
                                  const Range& range, Iterator::Scope scope) {
  auto versions = memtable->iterate(range.reverse ? Direction::reverse : Direction::forward);
  versions->keep_alive(memtable);
  return make_visible_iterator(std::move(versions), range, sequence, std::move(scope));
}

class LsmSnapshot final : public Snapshot {
 public:
  LsmSnapshot(std::shared_ptr<Lifetime> lifetime, Source memtable, SequenceNumber sequence,
              MakeVisibleIterator make_visible_iterator)
      : Snapshot(std::move(lifetime)),
        memtable_(std::move(memtable)),
        sequence_(sequence),
        make_visible_iterator_(std::move(make_visible_iterator)) {}

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    return get_at(*memtable_, key, sequence_);
  }

  Result<bool> do_contains(std::string_view key, const Context&) override {
    return value_at(*memtable_, key, sequence_).has_value();
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    return scan_at(memtable_, sequence_, make_visible_iterator_, range, std::move(scope));
  }

  const Source memtable_;
  const SequenceNumber sequence_;
  const MakeVisibleIterator make_visible_iterator_;
};

// Asks the context once in a while, so that it costs a long loop next to nothing.
class Looks {
 public:
  explicit Looks(const Context& context) : context_(context) {}

  // For each entry that the loop comes to.
  Status in_time() {
    constexpr std::uint64_t entries_between_looks = 1024;
    if (++entries_ % entries_between_looks != 0) return {};
    return context_.check();
  }

 private:
  const Context& context_;
  std::uint64_t entries_ = 0;
};

// The versions numbered from `first` to `last`, in the order of their numbers.
Result<std::vector<Versioned::Change>> changes_between(const Memtable& memtable,
                                                       SequenceNumber first, SequenceNumber last,
                                                       const Context& context) {
  std::vector<Versioned::Change> changes;
  Looks looks(context);
  const auto versions = memtable.iterate(Direction::forward);
  while (versions->next()) {
    if (Status in_time = looks.in_time(); !in_time) return failure(std::move(in_time));
    Result<InternalKey> key = parse_internal_key(versions->key());
    if (!key) return failure(std::move(key));
    if (key->sequence < first || key->sequence > last) continue;
    // A memtable's views live as long as it does.
    changes.push_back(
        {key->sequence, key->user_key, versions->value(), key->kind == EntryKind::tombstone});
  }
  std::ranges::sort(changes, {}, &Versioned::Change::sequence);
  return changes;
}

class LsmStore final : public Store, private Versioned, private CommitTarget {
 public:
  LsmStore(const Options& options, const LsmParts& parts)
      : Store(options.limits),
        make_visible_iterator_(parts.make_visible_iterator),
        memtable_(parts.make_memtable()) {}

  ~LsmStore() override { static_cast<void>(close()); }

  // The rest of the construction, which can fail.
  Status start(const LsmParts& parts) {
    if (parts.recover) {
      const auto add = [this](const InternalKey& key, std::string_view value) {
        memtable_->add(key.sequence, key.kind, key.user_key, value);
      };
      Result<Recovered> recovered = parts.recover(add);
      if (!recovered) return failure(std::move(recovered));
      oldest_known_ = recovered->checkpoint;
      publish(recovered->last);
    }
    Result<std::unique_ptr<Commit>> commit = parts.make_commit(*this);
    if (!commit) return failure(std::move(commit));
    commit_ = *std::move(commit);
    return {};
  }

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    return get_at(*memtable_, key, published());
  }

  Result<bool> do_contains(std::string_view key, const Context&) override {
    return value_at(*memtable_, key, published()).has_value();
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    return scan_at(memtable_, published(), make_visible_iterator_, range, std::move(scope));
  }

  Status do_apply(const Batch& batch, const Context& context) override {
    return commit_->apply(batch, context);
  }

  Status do_flush(const Context& context) override { return commit_->flush(context); }

  Result<std::unique_ptr<Snapshot>> do_snapshot(const Context&) override {
    return snapshot_of(published());
  }

  std::unique_ptr<Snapshot> snapshot_of(SequenceNumber sequence) {
    return std::make_unique<LsmSnapshot>(lifetime(), memtable_, sequence, make_visible_iterator_);
  }

  // There is no commit where the store was never started.
  Status do_close() override { return commit_ ? commit_->close() : Status(); }

  Versioned* do_versioned() override { return this; }

  // Versioned: from the oldest that is known on, every version is there.
  SequenceNumber last_sequence() const override { return published(); }

  Result<SequenceNumber> latest_version(std::string_view key, const Context& context) override {
    if (Status admitted = admit({.key = key.size()}, context); !admitted)
      return failure(std::move(admitted));
    const std::optional<Memtable::Version> version = memtable_->get(key, published());
    return version ? version->sequence : 0;
  }

  Result<std::unique_ptr<Snapshot>> snapshot_at(SequenceNumber sequence,
                                                const Context& context) override {
    if (Status admitted = admit({}, context); !admitted) return failure(std::move(admitted));
    if (Status known = check_known(sequence); !known) return failure(std::move(known));
    return snapshot_of(sequence);
  }

  Status changes_since(SequenceNumber sequence, const std::function<bool(const Change&)>& each,
                       const Context& context) override {
    if (Status admitted = admit({}, context); !admitted) return admitted;
    if (Status known = check_known(sequence); !known) return known;
    Result<std::vector<Change>> changes =
        changes_between(*memtable_, sequence + 1, published(), context);
    if (!changes) return failure(std::move(changes));
    Looks looks(context);
    for (const Change& change : *changes) {
      if (Status in_time = looks.in_time(); !in_time) return in_time;
      if (!each(change)) break;
    }
    return {};
  }

  Status check_known(SequenceNumber sequence) const {
    if (sequence < oldest_known_) {
      return failure(Code::invalid_argument,
                     "the versions of sequence number " + std::to_string(sequence) +
                         " are gone; the oldest that is known is " + std::to_string(oldest_known_));
    }
    if (sequence <= published()) return {};
    return failure(Code::invalid_argument, "sequence number " + std::to_string(sequence) +
                                               " lies in the future; the last write has number " +
                                               std::to_string(published()));
  }

  // CommitTarget: what is inserted and not yet published counts for requirements.
  Status check(const Batch& batch) override {
    for (const Batch::Operation& requirement : batch.requirements()) {
      const auto version = value_at(*memtable_, requirement.key, max_sequence);
      const bool met = requirement.kind == Batch::Kind::require_absent
                           ? !version
                           : version && version->value == requirement.value;
      if (!met) {
        return failure(Code::conflict, "key " + abbreviated(requirement.key) +
                                           " is not as required; read it and try again");
      }
    }
    return {};
  }

  void insert(const Batch& batch, SequenceNumber first) override {
    for (const Batch::Operation& change : batch.changes()) {
      const auto kind = change.kind == Batch::Kind::put ? EntryKind::put : EntryKind::tombstone;
      memtable_->add(first++, kind, change.key, change.value);
    }
  }

  void publish(SequenceNumber last) override { published_.store(last, std::memory_order_release); }

  SequenceNumber published() const override { return published_.load(std::memory_order_acquire); }

  std::unique_ptr<InternalIterator> versions() const override {
    auto versions = memtable_->iterate(Direction::forward);
    versions->keep_alive(memtable_);
    return versions;
  }

  const MakeVisibleIterator make_visible_iterator_;
  const std::shared_ptr<Memtable> memtable_;

  // Set by start(). Of writes up to this one, only what they led to is known.
  SequenceNumber oldest_known_ = 0;

  // The number up to which readers see. Released by publish, acquired by every read: who sees a
  // number finds all that was inserted up to it. On a cache line of its own: every write changes
  // it, and what stands beside it is read by everybody.
  alignas(64) std::atomic<SequenceNumber> published_{0};

  alignas(64) std::unique_ptr<Commit> commit_;  // set by start(); last, since it uses the rest
};

}  // namespace

Result<std::unique_ptr<Store>> make_lsm_store(const Options& options, const LsmParts& parts) {
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
  if (Status started = store->start(parts); !started) return failure(std::move(started));
  return store;
}

}  // namespace kv
