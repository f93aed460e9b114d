#pragma once

// One thread's share of a workload: makes its calls, checks every answer, times some of them.
//
// Every answer is checked for being there and for its length; of one in 16 the bytes are compared
// too, which for all of them would cost as much as a fast store takes.
//
// *Thread safety*: one thread at a time; clients of one workload share what Work holds.
// *Errors*: wrong answers are counted, the first is kept in words. What a store throws comes out of
// run().

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/histogram.h"
#include "base/random.h"
#include "bench/workloads/bijection.h"
#include "bench/workloads/entries.h"
#include "bench/workloads/new_keys.h"
#include "bench/workloads/settings.h"
#include "bench/workloads/workload.h"
#include "bench/workloads/zipf.h"
#include "kv/store.h"

namespace kv::bench {

// What the clients of one workload share. Borrows everything.
struct Work {
  Store& store;
  const Settings& settings;
  const Workload& workload;
  const Bijection& fill_order;  // of the entries, in which fills put them
  const Bijection& order;       // another: by popularity, and that of erasing
  const ValuePool& values;
  NewKeys& new_keys;
  const Zipf* zipf = nullptr;     // of as many ranks as entries; null where nothing is chosen by it
  std::atomic<bool> stop{false};  // relaxed: when a client sees it does not matter

  Distribution distribution() const {
    return settings.distribution.value_or(workload.distribution);
  }
};

// The operations that a client does: numbers from first on, as many as count.
struct Part {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

class Client {
 public:
  Client(Work& work, std::uint64_t seed);

  // Does its part, or less (but one operation) where work.stop is set. Times into `latencies`, in
  // nanoseconds, unless it is null.
  void run(Part part, Histogram* latencies);

  // Of all runs.
  std::uint64_t errors() const { return errors_; }
  const std::string& first_error() const { return first_error_; }

  // Not empty: the store does not offer what this takes (`unimplemented`), so it was left off.
  const std::string& refusal() const { return refusal_; }

  // Of the last run.
  std::uint64_t operations() const { return operations_; }

  // The longest time, in ns, that making a new scan to go on with took: always measured, whatever
  // the sample has. 0: none was made.
  std::uint64_t longest_new_scan() const { return longest_new_scan_; }

 private:
  template <class Operation>
  void repeat(Part part, Histogram* latencies, Operation operation);
  template <class Call>
  void time_new_scan(Call call);

  Action draw_action();
  void act(Action action);
  std::uint64_t choose();

  void get(std::uint64_t entry);
  void get_missing(std::uint64_t entry);
  void put(std::uint64_t entry);
  void insert();
  void erase(std::uint64_t entry);
  void scan(std::uint64_t entry, std::uint64_t count);
  void reseek(std::uint64_t entry);
  void seek(std::uint64_t entry);
  void step(bool reverse);
  void begin_walk(bool reverse);
  void compact();

  void check_entry(std::uint64_t entry, const Iterator& iterator);
  bool inspect() { return ++answers_ % 16 == 0; }
  void fail(std::string_view call, std::string_view key, std::string_view what);
  void fail(std::string_view call, std::string_view key, const Error& error);

  Work& work_;
  Random random_;
  KeyWriter keys_;
  Zipf zipf_;
  Mix mix_;                     // summed up: the share of this action and those before it
  std::optional<Action> only_;  // the action, where the mix has one alone
  std::unique_ptr<Iterator> iterator_;
  std::uint64_t walked_ = 0;  // entries since the walk began
  std::uint64_t answers_ = 0;
  std::uint64_t operations_ = 0;
  std::uint64_t longest_new_scan_ = 0;
  std::uint64_t errors_ = 0;
  std::string first_error_;
  std::string refusal_;
};

}  // namespace kv::bench
