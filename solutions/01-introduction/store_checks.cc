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
//[
// Every key keeps its own value. The keys come in pairs that a careless store confuses.
void keys_are_any_bytes(const OpenStore& open, Complaints& complaints) {
  const std::string longest(Limits().key_bytes - 1, 'k');
  const std::vector<std::string> keys = {
      "",     "\0"s,  "\0\0"s,   "a",        "a\0"s,      "a\0b"s,       "A",          "\x7f",
      "\xff", "\xe1", "a\xff\n", "k"s + "1", "k"s + "\n", longest + "1", longest + "2"};
  const std::unique_ptr<Store> store = open();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    expect(complaints, misses(*store, keys[i]), "no key has a value before it is put");
    expect(complaints, store->put(keys[i], std::to_string(i)).has_value(), "any bytes are a key");
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    expect(complaints, gives(*store, keys[i], std::to_string(i)),
           "keys that differ in any byte, or in their length, are different keys");
    expect(complaints, store->contains(keys[i]).value_or(false),
           "contains knows keys of any bytes");
  }
}

void values_are_any_bytes(const OpenStore& open, Complaints& complaints) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte.push_back(static_cast<char>(byte));
  const std::unique_ptr<Store> store = open();
  for (const std::string& value : {""s, "\0"s, "a\0b"s, every_byte, std::string(4096, 'v'),
                                   std::string(70'000, 'v'), std::string(1'000'000, 'v')}) {
    expect(complaints, store->put("k", value).has_value(), "any bytes are a value");
    expect(complaints, gives(*store, "k", value), "a value comes back byte by byte");
    expect(complaints, store->contains("k").value_or(false), "an empty value is a value");
  }
}

void put_replaces_the_value(const OpenStore& open, Complaints& complaints) {
  const std::unique_ptr<Store> store = open();
  for (const char* value : {"first", "second", "", "third"}) {
    expect(complaints, store->put("k", value).has_value(), "put is ok where there was a value");
    expect(complaints, gives(*store, "k", value), "put replaces the value that was there");
  }
}

void absent_keys_have_no_value(const OpenStore& open, Complaints& complaints) {
  const std::unique_ptr<Store> store = open();
  for (const char* key : {"b", "bb", "d"})
    expect(complaints, store->put(key, "1").has_value(), "put");
  for (const char* key : {"", "a", "ba", "bbb", "c", "e", "B"}) {
    expect(complaints, misses(*store, key), "get of an absent key is not_found, whoever is next");
    const Result<bool> contained = store->contains(key);
    expect(complaints, contained && !*contained, "contains is false for an absent key");
  }
}

void erase_takes_one_key(const OpenStore& open, Complaints& complaints) {
  const std::vector<std::string> others = {"", "a", "b\0"s, "b1", "bb", "c", "B"};
  const std::unique_ptr<Store> store = open();
  for (const std::string& key : others) expect(complaints, store->put(key, key).has_value(), "put");
  expect(complaints, store->erase("b").has_value(), "erase of an absent key is ok");
  expect(complaints, store->put("b", "1").has_value(), "put");
  expect(complaints, store->erase("b").has_value(), "erase is ok");
  expect(complaints, misses(*store, "b"), "an erased key has no value");
  const Result<bool> contained = store->contains("b");
  expect(complaints, contained && !*contained, "contains is false for an erased key");
  expect(complaints, store->erase("b").has_value(), "a second erase is ok");
  for (const std::string& key : others) {
    expect(complaints, gives(*store, key, key), "erase leaves every other key alone");
  }
  expect(complaints, store->put("b", "2").has_value(), "put is ok after an erase");
  expect(complaints, gives(*store, "b", "2"), "an erased key can be put again");
}
//]

// LAB 1.6  Your functions for check_batches stand here, one promise each.
//[
void changes_run_in_order(const OpenStore& open, Complaints& complaints) {
  const std::unique_ptr<Store> store = open();
  expect(complaints, store->put("gone", "1").has_value(), "put");
  Batch batch;
  batch.put("twice", "1");
  batch.put("twice", "2");
  batch.erase("back");
  batch.put("back", "1");
  batch.put("gone", "2");
  batch.erase("gone");
  expect(complaints, store->apply(batch).has_value(), "a batch without requirements is ok");
  expect(complaints, gives(*store, "twice", "2"), "of two puts to one key, the later one stands");
  expect(complaints, gives(*store, "back", "1"), "a put behind an erase stands");
  expect(complaints, misses(*store, "gone"), "an erase behind a put stands");
}

void every_change_is_made(const OpenStore& open, Complaints& complaints) {
  const std::unique_ptr<Store> store = open();
  expect(complaints, store->apply(Batch()).has_value(), "an empty batch is ok");
  Batch batch;
  for (int i = 0; i < 1000; ++i) batch.put("key " + std::to_string(i), "v");
  expect(complaints, store->apply(batch).has_value(), "a large batch is ok");
  for (int i = 0; i < 1000; ++i) {
    expect(complaints, gives(*store, "key " + std::to_string(i), "v"), "every change is made");
  }
}

// Tries a requirement, with a change and without, on a store where "one" has the value "1" and
// "empty" an empty one.
template <class Value>
void try_requirement(const OpenStore& open, Complaints& complaints, std::string_view key,
                     Value required, bool holds) {
  const std::string which = "the requirement of \"" + std::string(key) + "\"";
  const std::unique_ptr<Store> store = open();
  expect(complaints, store->put("one", "1").has_value(), "put");
  expect(complaints, store->put("empty", "").has_value(), "put");
  Batch batch;
  batch.require(key, required);
  for (const bool with_change : {false, true}) {
    if (with_change) batch.put("new", "n");
    const Status applied = store->apply(batch);
    if (holds) {
      expect(complaints, applied.has_value(), which + " holds: apply is ok");
    } else {
      expect(complaints, failed_with(Code::conflict, applied), which + " does not hold: conflict");
    }
  }
  expect(complaints, holds ? gives(*store, "new", "n") : misses(*store, "new"),
         "a batch makes its changes if, and only if, its requirements hold");
}

void requirements_are_exact(const OpenStore& open, Complaints& complaints) {
  try_requirement(open, complaints, "one", "1", true);
  try_requirement(open, complaints, "one", "2", false);
  try_requirement(open, complaints, "one", "", false);
  try_requirement(open, complaints, "one", "11", false);
  try_requirement(open, complaints, "one", absent, false);
  try_requirement(open, complaints, "empty", "", true);
  try_requirement(open, complaints, "empty", "1", false);
  try_requirement(open, complaints, "empty", absent, false);
  try_requirement(open, complaints, "none", absent, true);
  try_requirement(open, complaints, "none", "", false);
  try_requirement(open, complaints, "none", "1", false);
}

// Whichever of several requirements does not hold, nothing of the batch is done.
void all_or_nothing(const OpenStore& open, Complaints& complaints) {
  for (int broken = 0; broken < 3; ++broken) {
    const std::unique_ptr<Store> store = open();
    expect(complaints, store->put("kept", "1").has_value(), "put");
    Batch batch;
    batch.put("first", "1");
    batch.erase("kept");
    for (int i = 0; i < 3; ++i) batch.require("kept", i == broken ? "2" : "1");
    batch.put("last", "1");
    expect(complaints, failed_with(Code::conflict, store->apply(batch)),
           "one requirement that does not hold is a conflict, wherever it stands");
    expect(complaints, misses(*store, "first") && misses(*store, "last"),
           "a conflict leaves no put behind");
    expect(complaints, gives(*store, "kept", "1"), "a conflict leaves no erase behind");
  }
}

void requirements_look_at_the_state_before(const OpenStore& open, Complaints& complaints) {
  const std::unique_ptr<Store> store = open();
  Batch create;
  create.put("k", "1");
  create.require("k", absent);
  expect(complaints, store->apply(create).has_value(),
         "a key that the batch itself puts was absent before it");
  Batch cheat;
  cheat.put("k", "2");
  cheat.require("k", "2");
  expect(complaints, failed_with(Code::conflict, store->apply(cheat)),
         "a value that the batch itself puts was not there before it");
  expect(complaints, gives(*store, "k", "1"), "a conflict changes nothing");
}

// Adds one to the number under "count", for a bounded number of times; counts what succeeded.
void count_up(Store& store, std::atomic<int>& succeeded) {
  for (int i = 0; i < 100; ++i) {
    const std::string before = store.get("count").value_or("0");
    int number = 0;
    std::from_chars(before.data(), before.data() + before.size(), number);
    Batch batch;
    batch.require("count", before);
    batch.put("count", std::to_string(number + 1));
    if (store.apply(batch)) ++succeeded;
  }
}

// Two threads add one, each as often as it succeeds. If anybody came in between the check and the
// change of the other, an addition was lost.
void no_update_is_lost(const OpenStore& open, Complaints& complaints) {
  const std::unique_ptr<Store> store = open();
  expect(complaints, store->put("count", "0").has_value(), "put");
  std::atomic<int> succeeded = 0;
  std::latch start(2);
  const auto run = [&]() -> void {
    start.arrive_and_wait();
    count_up(*store, succeeded);
  };
  {
    const std::jthread one(run);
    const std::jthread other(run);
  }
  expect(complaints, gives(*store, "count", std::to_string(succeeded)),
         "of two threads that add one on condition, neither loses what the other added");
}
//]

}  // namespace

Complaints check_point_operations(const OpenStore& open) {
  Complaints complaints;
  what_was_put_is_got(open, complaints);
  // LAB 1.5  Check put, get, erase and contains. Promises stand in kv/reader.h (get, contains) and
  // kv/store.h (put, erase); sizes in kv/options.h. Look for: which bytes, how many and how few may
  // a key and a value be? What is said of a key that is absent, of one that has a value already, of
  // the keys beside it? Two keys that a careless store confuses find more than one key does.
  //[ throw todo("1.5", open, complaints, expect, gives, misses);
  keys_are_any_bytes(open, complaints);
  values_are_any_bytes(open, complaints);
  put_replaces_the_value(open, complaints);
  absent_keys_have_no_value(open, complaints);
  erase_takes_one_key(open, complaints);
  //]
  return complaints;
}

Complaints check_batches(const OpenStore& open) {
  Complaints complaints;
  // LAB 1.6  Check apply. Promises stand in kv/batch.h and kv/store.h (apply, and what a failed
  // write means). Look for: the order of the changes; how many or few there may be; each kind of
  // requirement, met and not met, against a value, an empty value and none; several of them; what
  // is left of a batch that fails; when requirements are checked. Then let two threads, each a
  // std::jthread, race for one key: Batch says what an atomic step is good for. Bound every loop.
  //[ throw todo("1.6", open, complaints, expect, gives, misses);
  changes_run_in_order(open, complaints);
  every_change_is_made(open, complaints);
  requirements_are_exact(open, complaints);
  all_or_nothing(open, complaints);
  requirements_look_at_the_state_before(open, complaints);
  no_update_is_lost(open, complaints);
  //]
  return complaints;
}

}  // namespace kv
