#include <algorithm>
#include <vector>

#include "base/coding.h"
#include "base/todo.h"
#include "storage/block.h"

namespace kv {
namespace {

class PrefixBlockBuilder final : public BlockBuilder {
 public:
  explicit PrefixBlockBuilder(std::size_t restart_interval) : restart_interval_(restart_interval) {}

  void add(std::string_view key, std::string_view value) override {
    // LAB 5.1  Append the entry as storage/block.h draws it. Every restart_interval_ entries, note
    // where it begins, and let its key stand in full.
    // Hint: the last block is there until now, if it was finished (finished_, begin).
    throw todo("5.1", shared_bytes(key, value), restart_interval_, bytes_, restarts_);
  }

  std::string_view finish() override {
    // LAB 5.1  Append the restart points and their number.
    // Hint: the bytes outlive this call, while entries() and bytes() are about the next block.
    throw todo("5.1", bytes_, restarts_, entries_, finished_);
  }

  std::size_t bytes() const override {
    const std::size_t number = sizeof(std::uint32_t);
    return finished_ ? number : bytes_.size() + restarts_.size() * number + number;
  }

  std::size_t entries() const override { return entries_; }

 private:
  // A new block.
  void begin() {
    bytes_.clear();
    restarts_.clear();
    finished_ = false;
  }

  // How many bytes the keys have in common at their fronts.
  static std::size_t shared_bytes(std::string_view a, std::string_view b) {
    const std::size_t most = std::min(a.size(), b.size());
    std::size_t shared = 0;
    while (shared < most && a[shared] == b[shared]) ++shared;
    return shared;
  }

  const std::size_t restart_interval_;
  std::string bytes_;                    // the entries; once finished, the whole block
  std::vector<std::uint32_t> restarts_;  // where each restart point's entry begins
  std::string last_key_;
  std::size_t entries_ = 0;
  bool finished_ = false;  // bytes_ are a whole block, and nothing was added since
};

}  // namespace

std::unique_ptr<BlockBuilder> make_block_builder(std::size_t restart_interval) {
  return std::make_unique<PrefixBlockBuilder>(restart_interval);
}

}  // namespace kv
