#pragma once

// Several changes that happen together: all of them or none, and nobody sees some of them.
//
//   Batch batch;
//   batch.require("balance", "100");     // only if this is still so
//   batch.put("balance", "90");
//   batch.put("log/7", "paid 10");
//   Status paid = store.apply(batch);    // `conflict`: it was no longer so, and nothing was done
//
// Changes take effect in the order they were added: of two to one key, the later one stands. All
// requirements are checked against the state before the batch, wherever in it they were added.
// Checking and changing is one atomic step: this is the one primitive that counters, "set if
// absent" and optimistic transactions are made of.
//
// *Thread safety*: one thread at a time; any number of threads may read a Batch that nobody
// changes. *Ownership*: copies the keys and values it is given. One that was moved from may be
// cleared, assigned or destroyed, and nothing else.
//
// *Byte layout* (numbers and strings as in base/coding.h):
//
//   batch        varint count of requirements, varint count of changes,
//                the requirements, the changes
//   requirement  0x01 string key, string value      the key has just this value
//                0x02 string key                    the key is absent
//   change       0x03 string key, string value      put
//                0x04 string key                    erase

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kv {

// Says "no value" in a requirement: batch.require("k", absent).
struct Absent {};
inline constexpr Absent absent;

class Batch {
 public:
  enum class Kind : unsigned char { require_value = 1, require_absent = 2, put = 3, erase = 4 };

  // One part of a batch. The views point into the batch; they die with it or with its next change.
  struct Operation {
    Kind kind;
    std::string_view key;
    std::string_view value;  // empty for erase and require_absent
  };

  class Operations;  // a range of Operation, for range-for

  void put(std::string_view key, std::string_view value);
  void erase(std::string_view key);

  // The batch is applied only if the key has just this value, or, with `absent`, none.
  void require(std::string_view key, std::string_view value);
  void require(std::string_view key, Absent);

  // In the order they were added.
  Operations requirements() const&;
  Operations changes() const&;
  Operations requirements() const&& = delete;  // their views would outlive the batch
  Operations changes() const&& = delete;

  bool empty() const { return requirement_count_ == 0 && change_count_ == 0; }
  std::size_t requirement_count() const { return requirement_count_; }
  std::size_t change_count() const { return change_count_; }
  void clear();

  // How many bytes encode() gives.
  std::size_t bytes() const;

  // The largest key and value in it, in bytes. Stores compare them with their limits.
  std::size_t largest_key() const { return largest_key_; }
  std::size_t largest_value() const { return largest_value_; }

  // The bytes drawn above.
  std::string encode() const;

  // Appends the encoding of a batch that has these changes and no requirements: what a log keeps.
  void encode_changes(std::string& out) const;

  // The batch that the bytes stand for; the whole input must be one. Checks everything, since the
  // bytes come from disk or network. Errors: `corruption`, naming the offset of the first bad part.
  static Result<Batch> decode(std::string_view bytes);

 private:
  void note(std::string_view key, std::string_view value);

  std::string requirements_;  // encoded, without the counts
  std::string changes_;
  std::size_t requirement_count_ = 0;
  std::size_t change_count_ = 0;
  std::size_t largest_key_ = 0;
  std::size_t largest_value_ = 0;
};

class Batch::Operations {
 public:
  class iterator {
   public:
    using value_type = Operation;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;

    explicit iterator(std::string_view rest) : rest_(rest) { read(); }
    const Operation& operator*() const { return operation_; }
    const Operation* operator->() const { return &operation_; }
    iterator& operator++() {
      read();
      return *this;
    }
    iterator operator++(int) {
      iterator before = *this;
      read();
      return before;
    }
    bool operator==(std::default_sentinel_t) const { return done_; }

   private:
    void read();

    std::string_view rest_;
    Operation operation_{};
    bool done_ = false;
  };

  explicit Operations(std::string_view encoded) : encoded_(encoded) {}
  iterator begin() const { return iterator(encoded_); }
  static std::default_sentinel_t end() { return {}; }

 private:
  std::string_view encoded_;
};

}  // namespace kv
