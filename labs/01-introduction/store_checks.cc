#include "storage/store_checks.h"

#include <atomic>
#include <charconv>
#include <latch>
#include <string_view>
#include <thread>
#include <utility>

#include "base/todo.h"
#include "storage/check_tools.h"

namespace kv {
namespace {

using namespace std::string_literals;  // "a\0b"s has three bytes; without the s, it ends at \0

// What a check is made of: one promise, the fewest calls that can break it, and what they must
// answer. This one is complete. Its promise: "get: The key's value" (kv/reader.h), "put: Gives the
// key this value" (kv/store.h).
void what_was_put_is_got(const OpenStore& open, Complaints& complaints) {
  const std::unique_ptr<Store> store = open();
  expect(complaints, store->put("name", "Ada").has_value(), "put is ok");
  expect(complaints, gives(*store, "name", "Ada"), "get gives the value that was put");
}

// LAB 1.5  Your functions for check_point_operations stand here, one promise each.

// LAB 1.6  Your functions for check_batches stand here, one promise each.

}  // namespace

Complaints check_point_operations(const OpenStore& open) {
  Complaints complaints;
  what_was_put_is_got(open, complaints);
  // LAB 1.5  Check put, get, erase and contains. Promises stand in kv/reader.h (get, contains) and
  // kv/store.h (put, erase); sizes in kv/options.h. Look for: which bytes, how many and how few may
  // a key and a value be? What is said of a key that is absent, of one that has a value already, of
  // the keys beside it? Two keys that a careless store confuses find more than one key does.
  throw todo("1.5", open, complaints, expect, gives, misses);
  return complaints;
}

Complaints check_batches(const OpenStore& open) {
  Complaints complaints;
  // LAB 1.6  Check apply. Promises stand in kv/batch.h and kv/store.h (apply, and what a failed
  // write means). Look for: the order of the changes; how many or few there may be; each kind of
  // requirement, met and not met, against a value, an empty value and none; several of them; what
  // is left of a batch that fails; when requirements are checked. Then let two threads, each a
  // std::jthread, race for one key: Batch says what an atomic step is good for. Bound every loop.
  throw todo("1.6", open, complaints, expect, gives, misses);
  return complaints;
}

}  // namespace kv
