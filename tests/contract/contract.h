#pragma once

// The one suite that every Store passes: each sentence of the headers in src/kv/ is a case, named
// after the rule that it holds the store to. The cases are compiled once; a program for an engine
// links them with a file that says which stores it tests, by defining stores_under_test().
//
// Cases speak of answers as text, as a story tells them (told_store.h): `ok`, `ok "value"`, `true`,
// `not_found`. A failing case then shows in plain words what it asked for and what it got.

#include <gtest/gtest.h>

#include <functional>
#include <iosfwd>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kv/store.h"
#include "tests/support/expect.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/told_iterator.h"
#include "tests/support/told_store.h"

namespace kv::test {

// A rule that a store is excused from. Ours are excused from none; peers that we compare ourselves
// with cannot do everything.
struct Exception {
  std::string rule;    // "Batches.AConflictChangesNothing", or "Batches.*" for a whole suite
  std::string reason;  // a sentence, printed instead of the case's verdict
};

struct StoreUnderTest {
  std::string name;         // part of the cases' names: letters, digits and underscores
  bool persistent = false;  // keeps its data in Options::directory
  std::function<Result<std::unique_ptr<Store>>(const Options&)> open;  // an empty store
  std::vector<Exception> exceptions{};
  bool takes_the_empty_key = true;  // false: AnyCommands leaves it out
};

std::ostream& operator<<(std::ostream& out, const StoreUnderTest& under_test);

// Defined by the file that an engine's program is linked with. Asked once, after main has begun, so
// that it may look at the environment.
const std::vector<StoreUnderTest>& stores_under_test();

// The value of a result that is no part of what the case is about; its failure ends the case.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error("expected success, got " + result.error().text());
  return *std::move(result);
}

// One call of a function of a store or of a snapshot, with arguments that nobody can object to.
struct Call {
  std::string name;
  bool writes;
  std::function<Status(std::string_view key, const Context& context)> run;
};

// Every function that takes a context; those with a key as well, and the rest.
std::vector<Call> calls_with_a_key(Store& store, Snapshot& snapshot);
std::vector<Call> calls_without_a_key(Store& store, Snapshot& snapshot);
std::vector<Call> all_calls(Store& store, Snapshot& snapshot);

// Opens the store that every case gets, and tells what is done to it.
class Contract : public testing::TestWithParam<StoreUnderTest> {
 protected:
  void SetUp() override;
  void TearDown() override;

  // A further, empty store; a persistent one gets a directory of its own, if `options` names none.
  std::unique_ptr<Store> open(Options options = {});

  Store& store() { return *store_; }
  void destroy_store() { store_.reset(); }

  // Calls on the store, each a step of the story, its answer as text.
  std::string put(std::string_view key, std::string_view value);
  std::string erase(std::string_view key);
  std::string apply(const Batch& batch);
  std::string get(std::string_view key);
  std::string contains(std::string_view key);
  std::string scan(const Range& range = {});
  std::string close();
  ToldIterator iterate(const Range& range = {});

  // Puts the keys, each with its own name in capitals as its value: "a"="A".
  void fill(std::initializer_list<std::string_view> keys);

  // A snapshot of the store that lives as long as the case; calls on it are told as well.
  ToldReader take_snapshot(std::string name = "snapshot");

  // A new, empty directory that lives as long as the case.
  std::string make_directory();

 private:
  std::unique_ptr<Store> store_;
  std::vector<std::unique_ptr<Snapshot>> snapshots_;
  std::vector<std::unique_ptr<TemporaryDirectory>> directories_;
};

// The end of a case's name.
inline std::string store_name(const testing::TestParamInfo<StoreUnderTest>& info) {
  return info.param.name;
}

// Runs the suite's cases on every store under test:  KV_CONTRACT(Batches);
#define KV_CONTRACT(suite) \
  INSTANTIATE_TEST_SUITE_P(, suite, testing::ValuesIn(stores_under_test()), store_name)

}  // namespace kv::test
