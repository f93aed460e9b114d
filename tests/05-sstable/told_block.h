#pragma once

// A builder of blocks, a block and a walk over one, whose every call becomes a step of the test's
// story (tests/support/story.h) and whose every answer is observed. An entry is told as
// `"a"@7="1"`, a tombstone as `"a"@9 erased`.

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "storage/block.h"
#include "tests/05-sstable/block_bytes.h"
#include "tests/support/story.h"

namespace kv::test {

// `"a"@7`, and `"a"@7 erased` for a tombstone.
inline std::string told_key(std::string_view internal_key) {
  if (internal_key.size() < tag_bytes) return "no key: " + test::quoted(internal_key);
  const std::uint64_t tag = tag_of(internal_key);
  return test::quoted(user_key_of(internal_key)) + "@" + std::to_string(tag >> 8) +
         ((tag & 0xff) == 0 ? " erased" : "");
}

inline std::string told_entry(std::string_view internal_key, std::string_view value) {
  const std::string key = told_key(internal_key);
  return value.empty() && key.ends_with(" erased") ? key : key + "=" + test::quoted(value);
}
inline std::string told_entry(const BlockEntry& entry) {
  return told_entry(entry.key, entry.value);
}

class ToldBlockBuilder {
 public:
  explicit ToldBlockBuilder(std::size_t restart_interval = 16)
      : builder_(make_block_builder(restart_interval)) {
    step("a builder with restart interval " + std::to_string(restart_interval));
  }

  void add(std::string_view key, std::string_view value) {
    const std::string call = announce("add " + told_entry(key, value));
    builder_->add(key, value);
    step(call);
  }
  void add(const BlockEntries& entries) {
    for (const BlockEntry& entry : entries) add(entry.key, entry.value);
  }

  // The bytes, copied.
  std::string finish() {
    const std::string call = announce("finish");
    std::string bytes(builder_->finish());
    observe(call, drawn_block(bytes) + " (" + std::to_string(bytes.size()) + " bytes)");
    return bytes;
  }

  // `3 entries, 64 bytes`
  std::string size() {
    const std::string call = announce("entries and bytes");
    std::string seen = std::to_string(builder_->entries()) + " entries, " +
                       std::to_string(builder_->bytes()) + " bytes";
    observe(call, seen);
    return seen;
  }

  BlockBuilder& builder() { return *builder_; }

 private:
  std::unique_ptr<BlockBuilder> builder_;
};

class ToldWalk {
 public:
  ToldWalk(std::unique_ptr<InternalIterator> walk, std::string name)
      : walk_(std::move(walk)), name_(std::move(name)) {}

  std::string next() {
    const std::string call = announce(name_ + ": next");
    return answer(call, walk_->next());
  }
  std::string seek(std::string_view target) {
    const std::string call = announce(name_ + ": seek " + told_key(target));
    return answer(call, walk_->seek(target));
  }

  // All that is left.
  std::string rest() {
    const std::string call = announce(name_ + ": the rest");
    std::string all;
    while (walk_->next()) all += told_entry(walk_->key(), walk_->value()) + " ";
    all += told_end();
    observe(call, all);
    return all;
  }

  InternalIterator& walk() { return *walk_; }

 private:
  std::string told_end() const {
    const Status status = walk_->status();
    std::string end(status ? "end" : name(status.error().code()));
    return walk_->key().empty() && walk_->value().empty() ? end : end + ", on an entry";
  }
  std::string answer(std::string_view call, bool stepped) const {
    std::string seen = stepped ? told_entry(walk_->key(), walk_->value()) : told_end();
    observe(call, seen);
    return seen;
  }

  std::unique_ptr<InternalIterator> walk_;
  std::string name_;
};

// A block. It must open: where it does not, the case ends with an exception that says why.
class ToldBlock {
 public:
  explicit ToldBlock(std::string bytes) {
    const std::string call = announce("open a block of " + std::to_string(bytes.size()) + " bytes");
    auto made = make_block(std::move(bytes));
    if (!made) throw std::runtime_error(call + ": " + made.error().text());
    step(call);
    block_ = *std::move(made);
  }
  ToldBlock(const BlockEntries& entries, std::size_t restart_interval)
      : ToldBlock(block_of(entries, restart_interval)) {}

  std::string first_at_or_after(std::string_view target) {
    const std::string call = announce("first at or after " + told_key(target));
    const auto found = block_->first_at_or_after(target, key_);
    std::string seen = "none";
    if (!found) {
      seen = name(found.error().code());
    } else if (found->has_value()) {
      seen = told_entry((*found)->key, (*found)->value);
    }
    observe(call, seen);
    return seen;
  }

  ToldWalk forward() { return {block_->iterate(Direction::forward), "forward"}; }
  ToldWalk reverse() { return {block_->iterate(Direction::reverse), "reverse"}; }

  const Block& block() const { return *block_; }

 private:
  std::unique_ptr<const Block> block_;
  std::string key_;  // used again by every search
};

}  // namespace kv::test
