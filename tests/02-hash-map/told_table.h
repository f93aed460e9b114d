#pragma once

// A HashTable whose every call becomes a step of the test's story (tests/support/story.h), and
// whose every answer is observed. A key says its own hash: the number before its slash, so that
// "18/b" has home 2 in a table of 16 slots; a key without one has hash 0.

#include <charconv>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "storage/hash_table.h"
#include "tests/support/story.h"

namespace kv::test {

inline std::uint64_t hash_of(std::string_view key) {
  std::uint64_t hash = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), hash);
  return error == std::errc() && end != key.data() + key.size() && *end == '/' ? hash : 0;
}

class ToldTable {
 public:
  void put(std::string_view key, std::string_view value) {
    const std::string call = announce("put " + test::quoted(key) + " = " + test::quoted(value));
    table_->put(hash_of(key), key, value);
    step(call);
  }

  // The value's text, or "none".
  std::string find(std::string_view key) {
    const std::string call = announce("find " + test::quoted(key));
    const Record* found = table_->find(hash_of(key), key);
    return saw(call, found == nullptr ? "none" : test::quoted(found->value()));
  }

  bool erase(std::string_view key) {
    const std::string call = announce("erase " + test::quoted(key));
    const bool erased = table_->erase(hash_of(key), key);
    saw(call, erased ? "true" : "false");
    return erased;
  }

  std::string size() { return saw("size", std::to_string(table_->size())); }
  std::string capacity() { return saw("capacity", std::to_string(table_->capacity())); }

  // What does not hold of the invariants of storage/hash_table.h, or "nothing".
  std::string broken() { return saw("broken invariants", find_broken()); }

  // The keys in their slots, "2:a 3:b", as a step for people: where exactly an entry stands is not
  // part of the contract.
  void show() { step("slots: " + slots()); }

  const HashTable& table() const { return *table_; }

 private:
  static std::string saw(std::string_view call, std::string answer) {
    observe(call, answer);
    return answer;
  }

  std::string slots() const {
    std::string all;
    for (std::size_t slot = 0; slot < table_->capacity(); ++slot) {
      const Record* entry = table_->at(slot);
      if (entry == nullptr) continue;
      all += (all.empty() ? "" : " ") + std::to_string(slot) + ":" + test::quoted(entry->key());
    }
    return all;
  }

  std::string find_broken() const {
    const std::size_t capacity = table_->capacity();
    std::size_t taken = 0;
    for (std::size_t slot = 0; slot < capacity; ++slot) {
      const Record* entry = table_->at(slot);
      if (entry == nullptr) continue;
      ++taken;
      for (std::size_t at = hash_of(entry->key()) % capacity; at != slot;
           at = (at + 1) % capacity) {
        if (table_->at(at) == nullptr) {
          return test::quoted(entry->key()) + " stands in slot " + std::to_string(slot) +
                 ", behind the free slot " + std::to_string(at);
        }
      }
    }
    if (taken != table_->size()) {
      return "size is " + std::to_string(table_->size()) + ", but the slots taken are " +
             std::to_string(taken);
    }
    if (taken * 4 > capacity * 3) return "more than 3/4 of the slots are taken";
    return "nothing";
  }

  const std::unique_ptr<HashTable> table_ = make_hash_table();
};

}  // namespace kv::test
