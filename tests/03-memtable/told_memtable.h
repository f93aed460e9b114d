#pragma once

// A memtable whose every call becomes a step of the test's story (tests/support/story.h), and whose
// every answer is observed.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "storage/memtable.h"
#include "tests/support/told_versions.h"

namespace kv::test {

class ToldMemtable {
 public:
  void put(SequenceNumber sequence, std::string_view key, std::string_view value) {
    add(sequence, EntryKind::put, key, value);
  }
  void erase(SequenceNumber sequence, std::string_view key) {
    add(sequence, EntryKind::tombstone, key, {});
  }

  // The version as text, or "none".
  std::string get(std::string_view key, SequenceNumber sequence) {
    const std::string call =
        announce("get " + test::quoted(key) + " at " + std::to_string(sequence));
    const auto found = memtable_->get(key, sequence);
    return saw(call, found ? answer(key, *found) : "none");
  }

  ToldVersions iterate(Direction direction) {
    const std::string call =
        announce(direction == Direction::forward ? "walk forward" : "walk in reverse");
    auto versions = memtable_->iterate(direction);
    step(call);
    return ToldVersions(std::move(versions));
  }

  std::string entries() { return saw("entries", std::to_string(memtable_->entries())); }
  Memtable& memtable() { return *memtable_; }

 private:
  void add(SequenceNumber sequence, EntryKind kind, std::string_view key, std::string_view value) {
    const std::string call = announce("add " + told_version(key, sequence, kind, value));
    memtable_->add(sequence, kind, key, value);
    user_keys_.emplace(sequence, key);
    step(call);
  }

  // A Version does not say which key it is of; its number does, since each write has its own.
  std::string answer(std::string_view asked_for, const Memtable::Version& found) const {
    const auto written = user_keys_.find(found.sequence);
    const std::string_view key = written == user_keys_.end() ? asked_for : written->second;
    std::string text = told_version(key, found.sequence, found.kind, found.value);
    if (key != asked_for) text += ", which is no version of " + test::quoted(asked_for);
    return text;
  }

  const std::unique_ptr<Memtable> memtable_ = make_memtable();
  std::map<SequenceNumber, std::string> user_keys_;  // which key each write was to
};

}  // namespace kv::test
