#pragma once

// A SkipList of plain keys, ordered by their bytes, whose every call becomes a step of the test's
// story (tests/support/story.h) and whose every answer is observed: `"a"="1"`, or "none".

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/coding.h"
#include "storage/skip_list.h"
#include "tests/support/story.h"

namespace kv::test {

inline bool bytes_less(std::string_view a, std::string_view b) { return a < b; }

// Keys of 4 bytes in a mixed order: every number below 2^16 once.
inline std::string mixed_key(std::uint32_t number) {
  std::string key;
  append_fixed32(key, number * 40'503 % 65'536);
  return key;
}

class ToldList {
 public:
  using Entry = SkipListEntry;

  void insert(std::string_view key, std::string_view value) {
    const std::string call = announce("insert " + test::quoted(key) + " = " + test::quoted(value));
    list_->insert(key, value);
    step(call);
  }

  std::string first_at_or_after(std::string_view key) {
    const std::string call = announce("first at or after " + test::quoted(key));
    return saw(call, list_->first_at_or_after(key));
  }
  std::string last_at_or_before(std::string_view key) {
    const std::string call = announce("last at or before " + test::quoted(key));
    return saw(call, list_->last_at_or_before(key));
  }
  std::string first() {
    const std::string call = announce("first");
    return saw(call, list_->first());
  }
  std::string last() {
    const std::string call = announce("last");
    return saw(call, list_->last());
  }

  // All entries from the first, or from the last, one step after the other.
  std::string forward() {
    const std::string call = announce("from the first on");
    std::string all;
    for (const Entry* at = list_->first(); at != nullptr; at = list_->after(*at)) append(all, *at);
    return saw_all(call, all);
  }
  std::string backward() {
    const std::string call = announce("from the last back");
    std::string all;
    for (const Entry* at = list_->last(); at != nullptr; at = list_->before(*at)) append(all, *at);
    return saw_all(call, all);
  }

  SkipList& list() { return *list_; }

  static std::string told(const Entry* entry) {
    if (entry == nullptr) return "none";
    return test::quoted(entry->key()) + "=" + test::quoted(entry->value());
  }

 private:
  static void append(std::string& all, const Entry& entry) {
    all += (all.empty() ? "" : " ") + told(&entry);
  }
  static std::string saw(std::string_view call, const Entry* entry) {
    observe(call, told(entry));
    return told(entry);
  }
  static std::string saw_all(std::string_view call, const std::string& all) {
    observe(call, all.empty() ? "nothing" : all);
    return all.empty() ? "nothing" : all;
  }

  Arena arena_;
  const std::unique_ptr<SkipList> list_ = make_skip_list(arena_, bytes_less);
};

}  // namespace kv::test
