#include "storage/store_checks.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <latch>
#include <string_view>
#include <thread>
#include <utility>

#include "base/todo.h"

namespace kv {
namespace {

using namespace std::string_literals;  // "a\0b"s has three bytes; without the s, it ends at \0

// Notes a promise that was not kept, as a sentence that says what should have happened.
void expect(Complaints& complaints, bool kept, std::string promise) {
  if (!kept) complaints.push_back(std::move(promise));
}

// Whether the key has just this value; whether it has none.
bool gives(Reader& reader, std::string_view key, std::string_view value) {
  const Result<std::string> found = reader.get(key);
  return found && *found == value;
}

bool misses(Reader& reader, std::string_view key) {
  return failed_with(Code::not_found, reader.get(key));
}

// A scan, told as text: "a=1" for an entry, "a=1 b=2" for several; "end" where there is none, or
// the name of the error, "closed" for instance.
class Walk {
 public:
  explicit Walk(Reader& reader, const Range& range = {}) : iterator_(reader.scan(range)) {}

  std::string next() { return iterator_ && (*iterator_)->next() ? entry() : ending(); }

  std::string seek(std::string_view key) {
    return iterator_ && (*iterator_)->seek(key) ? entry() : ending();
  }

  // All that next still steps to.
  std::string rest() {
    std::string all;
    while (iterator_ && (*iterator_)->next()) all += entry() + " ";
    if (all.empty() || ending() != "end") return all + ending();
    all.pop_back();
    return all;
  }

  // Where it stands.
  std::string entry() const {
    return std::string((*iterator_)->key()) + "=" + std::string((*iterator_)->value());
  }

 private:
  std::string ending() const {
    if (!iterator_) return std::string(name(iterator_.error().code()));
    const Status status = (*iterator_)->status();
    return status ? "end" : std::string(name(status.error().code()));
  }

  Result<std::unique_ptr<Iterator>> iterator_;
};

// What a check is made of: one promise, the fewest calls that can break it, and what they must
// answer. This one is complete. Its promise: "get: The key's value" (kv/reader.h), "put: Gives the
// key this value" (kv/store.h).
void what_was_put_is_got(const OpenStore& open, Complaints& complaints) {
  const std::unique_ptr<Store> store = open();
  expect(complaints, store->put("name", "Ada").has_value(), "put is ok");
  expect(complaints, gives(*store, "name", "Ada"), "get gives the value that was put");
}

//[ // LAB 1.5  Your functions for this task.
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

//[ // LAB 1.6  Your functions for this task.
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

//[ // LAB 1.7  Your functions for this task.
// A store of these keys, each its own value, put in an order that is not theirs.
std::unique_ptr<Store> store_of(const OpenStore& open, std::vector<std::string> keys) {
  std::unique_ptr<Store> store = open();
  std::rotate(keys.begin(), keys.begin() + 2, keys.end());
  std::swap(keys.front(), keys.back());
  Batch batch;
  for (const std::string& key : keys) batch.put(key, key);
  static_cast<void>(store->apply(batch));
  return store;
}

void bounds_and_limits_hold_both_ways(const OpenStore& open, Complaints& complaints) {
  const std::unique_ptr<Store> store = store_of(open, {"a", "b", "c", "d", "e"});
  const auto delivers = [&](const Range& range, std::string_view entries, std::string promise) {
    expect(complaints, Walk(*store, range).rest() == entries, std::move(promise));
  };
  delivers({}, "a=a b=b c=c d=d e=e", "a range without bounds holds every key");
  delivers({.reverse = true}, "e=e d=d c=c b=b a=a", "in reverse too, the smallest key included");
  delivers({.start = "b", .end = "d"}, "b=b c=c", "the start belongs to a range, the end does not");
  delivers({.start = "b", .end = "d", .reverse = true}, "c=c b=b", "the bounds hold in reverse");
  delivers({.start = "aa", .end = "cc"}, "b=b c=c", "a bound need not be a key");
  delivers({.start = "aa", .end = "cc", .reverse = true}, "c=c b=b", "nor in reverse");
  delivers({.start = "d"}, "d=d e=e", "an empty end is no bound");
  delivers({.end = "b", .reverse = true}, "a=a", "an empty start is no bound");
  delivers({.start = "c", .end = "c"}, "end", "nothing lies between a key and itself");
  delivers({.start = "d", .end = "b"}, "end", "a range whose end is before its start is empty");
  delivers({.start = "d", .end = "b", .reverse = true}, "end", "reverse does not turn the bounds");
  delivers({.start = "c", .limit = 2}, "c=c d=d", "a limit counts from the start of the range");
  delivers({.end = "d", .reverse = true, .limit = 2}, "c=c b=b",
           "in reverse, a limit counts from the end of the range");
  delivers({.start = "d", .limit = 9}, "d=d e=e", "a limit may be more than there is");
}

void keys_come_in_the_order_of_their_bytes(const OpenStore& open, Complaints& complaints) {
  const std::vector<std::string> ordered = {"",   "\0"s, "\0\xff"s, "B",    "a",        "a\0"s,
                                            "aa", "b",   "\x7f",    "\x80", "\x80\x01", "\xff"};
  const std::unique_ptr<Store> store = store_of(open, ordered);
  std::string forward;
  std::string backward;
  for (const std::string& key : ordered) {
    const std::string entry = key + "=" + key;
    forward += forward.empty() ? entry : " " + entry;
    backward = backward.empty() ? entry : entry + " " + backward;
  }
  expect(complaints, Walk(*store).rest() == forward,
         "keys are ordered byte by byte, each from 0 to 255, a prefix first, the empty key too");
  expect(complaints, Walk(*store, {.reverse = true}).rest() == backward, "and back in reverse");
}

void seek_finds_its_place(const OpenStore& open, Complaints& complaints) {
  const std::unique_ptr<Store> store = store_of(open, {"a", "c", "e", "g", "i"});
  Walk walk(*store, {.start = "c", .end = "h"});
  const auto seeks = [&](std::string_view key, std::string_view entry, std::string promise) {
    expect(complaints, walk.seek(key) == entry, std::move(promise));
  };
  seeks("e", "e=e", "seek steps to the key itself");
  expect(complaints, walk.next() == "g=g", "next goes on from where seek led");
  seeks("d", "e=e", "seek steps to the next larger key, also backwards");
  seeks("a", "c=c", "seek to a key before the range leads to its first entry");
  seeks("h", "end", "seek to a key behind the range leads to the end");
  seeks("i", "end", "and never leaves the range");
  seeks("c", "c=c", "seek can leave the end again");
  expect(complaints, walk.rest() == "e=e g=g", "the rest follows");

  walk = Walk(*store, {.start = "c", .end = "h", .reverse = true});
  seeks("e", "e=e", "seek in reverse steps to the key itself");
  expect(complaints, walk.next() == "c=c", "next goes down from where seek led");
  seeks("f", "e=e", "seek in reverse steps to the next smaller key, also back up");
  seeks("i", "g=g", "seek to a key above the range leads to its largest entry");
  seeks("b", "end", "seek to a key below the range leads to the end");
  seeks("a", "end", "and never leaves the range in reverse");
  seeks("g", "g=g", "seek in reverse can leave the end again");
  expect(complaints, walk.rest() == "e=e c=c", "the rest follows, downwards");
}

void iterators_stand_still(const OpenStore& open, Complaints& complaints) {
  for (const bool reverse : {false, true}) {
    const std::unique_ptr<Store> store = store_of(open, {"a", "c", "e", "g"});
    Walk walk(*store, {.reverse = reverse});
    expect(complaints, walk.next() == (reverse ? "g=g" : "a=a"), "a scan begins at its first key");
    expect(complaints, store->put("b", "new").has_value(), "put is ok beside an iterator");
    expect(complaints, store->put("c", "new").has_value(), "put is ok beside an iterator");
    expect(complaints, store->put("f", "new").has_value(), "put is ok beside an iterator");
    expect(complaints, store->erase("e").has_value(), "erase is ok beside an iterator");
    expect(complaints, walk.rest() == (reverse ? "e=e c=c a=a" : "c=c e=e g=g"),
           "writes after a scan was made do not show in it");
    expect(complaints, Walk(*store).rest() == "a=a b=new c=new f=new g=g",
           "a scan made later shows them");
  }
}
//]

//[ // LAB 1.8  Your functions for this task.
std::unique_ptr<Snapshot> snapshot_of(Store& store, Complaints& complaints) {
  Result<std::unique_ptr<Snapshot>> taken = store.snapshot();
  expect(complaints, taken.has_value(), "snapshot is ok");
  return taken ? *std::move(taken) : nullptr;
}

// Asks a snapshot in all three ways whether it holds just a=1 and b=1.
void expect_a_and_b(Complaints& complaints, Reader& snapshot, const std::string& when) {
  expect(complaints, gives(snapshot, "a", "1"), "get of a snapshot: the old value" + when);
  expect(complaints, gives(snapshot, "b", "1"), "get of a snapshot: what was erased later" + when);
  expect(complaints, misses(snapshot, "c"), "get of a snapshot: nothing put later" + when);
  expect(complaints, snapshot.contains("b").value_or(false),
         "contains of a snapshot: what was erased later" + when);
  expect(complaints, !snapshot.contains("c").value_or(true),
         "contains of a snapshot: nothing put later" + when);
  expect(complaints, Walk(snapshot).rest() == "a=1 b=1",
         "scan of a snapshot: the content when it was taken" + when);
}

void snapshots_stand_still(const OpenStore& open, Complaints& complaints) {
  const std::unique_ptr<Store> store = open();
  expect(complaints, store->put("a", "1").has_value(), "put");
  expect(complaints, store->put("b", "1").has_value(), "put");
  const auto snapshot = snapshot_of(*store, complaints);
  if (!snapshot) return;
  expect_a_and_b(complaints, *snapshot, ", at once");
  expect(complaints, store->put("a", "2").has_value(), "put");
  expect(complaints, store->erase("b").has_value(), "erase");
  expect(complaints, store->put("c", "2").has_value(), "put");
  expect_a_and_b(complaints, *snapshot, ", after later writes");
  const auto later = snapshot_of(*store, complaints);
  expect_a_and_b(complaints, *snapshot, ", when another one is taken");
  expect(complaints, later && Walk(*later).rest() == "a=2 c=2", "a new snapshot shows what is new");
  expect(complaints, store->flush().has_value(), "flush is ok");
  expect_a_and_b(complaints, *snapshot, ", after a flush");
}

void snapshots_hold_every_earlier_write(const OpenStore& open, Complaints& complaints) {
  const std::unique_ptr<Store> store = open();
  expect(complaints, store->put("a", "1").has_value(), "put");
  const auto one = snapshot_of(*store, complaints);
  expect(complaints, one && gives(*one, "a", "1"), "a snapshot holds the put just before it");
  Batch batch;
  batch.put("b", "1");
  batch.put("c", "1");
  batch.erase("a");
  expect(complaints, store->apply(batch).has_value(), "apply");
  const auto whole = snapshot_of(*store, complaints);
  expect(complaints, whole && Walk(*whole).rest() == "b=1 c=1",
         "a snapshot holds the batch just before it, whole");
}

void flush_changes_nothing(const OpenStore& open, Complaints& complaints) {
  const std::unique_ptr<Store> store = open();
  expect(complaints, store->flush().has_value(), "flush of an empty store is ok");
  expect(complaints, store->put("a", "1").has_value(), "put");
  expect(complaints, store->flush().has_value(), "flush is ok");
  expect(complaints, gives(*store, "a", "1"), "flush leaves the content as it is");
}

void close_ends_everything(const OpenStore& open, Complaints& complaints) {
  std::unique_ptr<Store> store = open();
  expect(complaints, store->put("a", "1").has_value(), "put");
  expect(complaints, store->put("b", "1").has_value(), "put");
  const auto snapshot = snapshot_of(*store, complaints);
  Walk walk(*store);
  expect(complaints, walk.next() == "a=1", "a scan begins at its first key");
  if (!snapshot) return;
  Walk of_snapshot(*snapshot);
  expect(complaints, store->close().has_value(), "close is ok");
  expect(complaints, store->close().has_value(), "a second close is ok");

  expect(complaints, failed_with(Code::closed, store->put("c", "1")), "put after close: closed");
  expect(complaints, failed_with(Code::closed, store->get("a")), "get after close: closed");
  expect(complaints, Walk(*store).next() == "closed", "scan after close: closed");
  expect(complaints, failed_with(Code::closed, snapshot->get("a")), "a snapshot answers closed");
  expect(complaints, Walk(*snapshot).next() == "closed", "a snapshot's scan answers closed");
  expect(complaints, walk.entry() == "a=1", "the entry an iterator stands on outlives close");
  expect(complaints, walk.next() == "closed", "an iterator answers closed");
  expect(complaints, of_snapshot.next() == "closed", "a snapshot's iterator answers closed");
  store.reset();
  expect(complaints, failed_with(Code::closed, snapshot->get("a")),
         "a snapshot outlives its store");
  expect(complaints, walk.seek("a") == "closed", "an iterator outlives its store");
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

Complaints check_scans(const OpenStore& open) {
  Complaints complaints;
  // LAB 1.7  Check scan and its iterator. Promises stand in kv/range.h (order, bounds, limit,
  // direction), kv/iterator.h (next, seek) and kv/reader.h (scan). Look for: every promise about a
  // range again in reverse; bounds that are keys and bounds that are not; keys of any bytes; seek
  // to a key, between keys, backwards and out of the range; writes while an iterator is under way.
  //[ throw todo("1.7", open, complaints, expect);
  bounds_and_limits_hold_both_ways(open, complaints);
  keys_come_in_the_order_of_their_bytes(open, complaints);
  seek_finds_its_place(open, complaints);
  iterators_stand_still(open, complaints);
  //]
  return complaints;
}

Complaints check_snapshots_and_close(const OpenStore& open) {
  Complaints complaints;
  // LAB 1.8  Check snapshot, flush and close. Promises stand in kv/snapshot.h, kv/store.h (flush,
  // snapshot, close, and its invariants) and kv/iterator.h (who may outlive whom). Look for: each
  // way to read a snapshot, after each way to write; several snapshots; what was written just
  // before one was taken; what snapshots and iterators answer once the store is closed, and what an
  // iterator that stands on an entry still shows.
  //[ throw todo("1.8", open, complaints, expect);
  snapshots_stand_still(open, complaints);
  snapshots_hold_every_earlier_write(open, complaints);
  flush_changes_nothing(open, complaints);
  close_ends_everything(open, complaints);
  //]
  return complaints;
}

}  // namespace kv
