#pragma once

// What threads see that must not be: how often, and of the first time, what it was. A number alone
// would not tell where to look.
//
// *Thread safety*: any thread, and none is ordered by it with another as long as nothing is wrong:
// a case about memory order must not lend the list an order of its own.

#include <cstddef>
#include <mutex>
#include <string>

namespace kv::test {

class Wrongs {
 public:
  // `seen` says which key, what was expected and what was there instead.
  void add(const std::string& seen) {
    const std::lock_guard lock(mutex_);
    if (count_++ == 0) first_ = seen;
  }

  // "0", or the number and the first.
  std::string told() const {
    const std::lock_guard lock(mutex_);
    return std::to_string(count_) + (count_ == 0 ? "" : "; the first: " + first_);
  }

 private:
  mutable std::mutex mutex_;
  std::size_t count_ = 0;
  std::string first_;
};

}  // namespace kv::test
