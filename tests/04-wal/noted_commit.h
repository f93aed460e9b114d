#pragma once

// What a commit queue works with, noting each step that it takes: `append 1`, `insert 1`, `sync`,
// `publish 1`. The target keeps its content in a map; the log keeps nothing, fails where it is told
// to, and stands still in a write or sync until it is let go.
//
// *Thread safety*: on purpose no more than CommitTarget and LogWriter ask for: steps are noted
// without a lock, so that a queue which lets two leaders work at once, or hands over without
// ordering them, is caught by the thread sanitizer.

#include <atomic>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "persistence/log_writer.h"
#include "storage/commit.h"

namespace kv::test {

class Steps {
 public:
  void note(std::string step) { steps_.push_back(std::move(step)); }

  // What was noted since this was last asked: "append 1, insert 1, publish 1".
  std::string take() {
    std::string text;
    for (const std::string& step : std::exchange(steps_, {})) {
      text += (text.empty() ? "" : ", ") + step;
    }
    return text.empty() ? "nothing" : text;
  }

 private:
  std::vector<std::string> steps_;
};

// Where threads stop until the test opens it.
class Gate {
 public:
  // Lets so many through, and stops those behind them.
  void shut(int let_through = 0) {
    let_through_.store(let_through);
    arrived_.store(0);
    open_.store(false);
  }
  void open() {
    open_.store(true);
    open_.notify_all();
  }
  void pass() {
    if (arrived_.fetch_add(1) >= let_through_.load()) open_.wait(false);
  }

  // How many have come here since it was shut.
  int arrived() const { return arrived_.load(); }

 private:
  std::atomic<bool> open_ = true;
  std::atomic<int> let_through_ = 0;
  std::atomic<int> arrived_ = 0;
};

class NotedTarget final : public CommitTarget {
 public:
  explicit NotedTarget(Steps& steps) : steps_(steps) {}

  Gate& publish_gate() { return publish_gate_; }

  // The key whose insertion finds no memory.
  void no_memory_for(std::string key) { no_memory_for_ = std::move(key); }

  // The value that is inserted, published or not. Requires: no write is running.
  std::string value(const std::string& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? "absent" : found->second;
  }

  Status check(const Batch& batch) override {
    for (const Batch::Operation& requirement : batch.requirements()) {
      const auto found = values_.find(requirement.key);
      const bool holds = requirement.kind == Batch::Kind::require_absent
                             ? found == values_.end()
                             : found != values_.end() && found->second == requirement.value;
      if (!holds) return failure(Code::conflict, "the key has another value");
    }
    return {};
  }

  void insert(const Batch& batch, SequenceNumber first) override {
    steps_.note("insert " + std::to_string(first));
    for (const Batch::Operation& change : batch.changes()) {
      if (change.key == no_memory_for_) throw std::bad_alloc();
      if (change.kind == Batch::Kind::erase) {
        values_.erase(std::string(change.key));
      } else {
        values_[std::string(change.key)] = change.value;
      }
    }
  }

  void publish(SequenceNumber last) override {
    publish_gate_.pass();
    // To publish again what is published shows nothing new.
    if (last != published()) steps_.note("publish " + std::to_string(last));
    published_.store(last, std::memory_order_release);
  }

  SequenceNumber published() const override { return published_.load(std::memory_order_acquire); }
  std::unique_ptr<InternalIterator> versions() const override { return nullptr; }

 private:
  Steps& steps_;
  std::map<std::string, std::string, std::less<>> values_;
  std::optional<std::string> no_memory_for_;
  Gate publish_gate_;
  std::atomic<SequenceNumber> published_ = 0;  // release: with it goes all that was inserted
};

class NotedLog final : public LogWriter {
 public:
  explicit NotedLog(Steps& steps) : steps_(steps) {}

  // The next append fails with this.
  void fail_append(Code code) { append_fails_ = code; }

  // The next append is the last that succeeds: it fills the buffer, which cannot be written, so
  // that every later call fails.
  void fail_full_buffer() { buffer_fails_ = true; }

  // All writes fail; all syncs but so many, one that is under way being the first.
  void fail_write() { write_fails_ = true; }
  void fail_sync(int passing = 0) { syncs_left_ = passing; }

  // Where writes and syncs stop.
  Gate& io_gate() { return io_gate_; }
  int syncs() const { return syncs_; }

  Status append(SequenceNumber first, const Batch& batch) override {
    if (append_fails_) return failure(*std::exchange(append_fails_, {}), "the disk is full");
    if (buffer_failed_) return failure(Code::io_error, "the disk is broken");
    steps_.note("append " + std::to_string(first));
    if (buffer_fails_) {
      buffer_failed_ = true;
      fail_write();
      fail_sync();
    }
    last_ = first + batch.change_count() - 1;
    return {};
  }
  Status write() override {
    steps_.note("write");
    io_gate_.pass();
    if (write_fails_) return failure(Code::io_error, "the disk is broken");
    return {};
  }
  Status sync() override {
    steps_.note("sync");
    ++syncs_;
    io_gate_.pass();
    if (syncs_left_ == 0) return failure(Code::io_error, "the disk is broken");
    if (syncs_left_) --*syncs_left_;
    synced_.store(last_);
    return {};
  }
  Status close() override {
    steps_.note("close");
    if (write_fails_ || syncs_left_ == 0) return failure(Code::io_error, "the disk is broken");
    return {};
  }
  void settled(SequenceNumber) override {}
  SequenceNumber synced() const override { return synced_.load(); }

 private:
  Steps& steps_;
  std::optional<Code> append_fails_;
  bool buffer_fails_ = false;
  bool buffer_failed_ = false;
  bool write_fails_ = false;
  std::optional<int> syncs_left_;  // unset: all succeed
  int syncs_ = 0;
  SequenceNumber last_ = 0;
  std::atomic<SequenceNumber> synced_ = 0;
  Gate io_gate_;
};

}  // namespace kv::test
