#pragma once

// A CommitQueue over a target and a log that note what is done with them (noted_commit.h), whose
// every call becomes a step of the test's story (tests/support/story.h), with its answer observed.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "persistence/commit_queue.h"
#include "tests/04-wal/log_bytes.h"
#include "tests/04-wal/noted_commit.h"

namespace kv::test {

// `ok`, `conflict`, or `outcome_unknown (io_error)`.
inline std::string told_outcome(const Status& status) {
  if (status) return "ok";
  std::string text(name(status.error().code()));
  if (status.error().cause() != status.error().code()) {
    text += " (" + std::string(name(status.error().cause())) + ")";
  }
  return text;
}

class ToldCommit {
 public:
  explicit ToldCommit(Durability durability = Durability::wal)
      : queue_(make_commit_queue(target_, log_, durability)) {}

  std::string apply(const Batch& batch, const Context& context = Context::none()) {
    const std::string call = announce("apply " + told(batch));
    return saw(call, told_outcome(queue_->apply(batch, context)));
  }
  std::string put(std::string_view key, std::string_view value) {
    return apply(test::put(key, value));
  }
  std::string flush(const Context& context = Context::none()) {
    const std::string call = announce("flush");
    return saw(call, told_outcome(queue_->flush(context)));
  }
  std::string close() {
    const std::string call = announce("close");
    return saw(call, told_outcome(queue_->close()));
  }

  // What was done meanwhile.
  std::string steps() { return saw("done meanwhile", steps_.take()); }

  CommitQueue& queue() { return *queue_; }
  NotedTarget& target() { return target_; }
  NotedLog& log() { return log_; }

 private:
  static std::string saw(std::string_view what, std::string seen) {
    observe(what, seen);
    return seen;
  }

  Steps steps_;
  NotedTarget target_{steps_};
  NotedLog log_{steps_};
  const std::unique_ptr<CommitQueue> queue_;
};

}  // namespace kv::test
