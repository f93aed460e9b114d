#include "tests/contract/contract.h"

#include <algorithm>
#include <cctype>
#include <ostream>

#include "tests/support/story.h"

namespace kv::test {
namespace {

template <class T>
Status status_of(const Result<T>& result) {
  if (!result) return failure(result.error());
  return {};
}

// Why the running case does not count for this store; empty where it does.
std::string excuse(const StoreUnderTest& under_test) {
  const testing::TestInfo& info = *testing::UnitTest::GetInstance()->current_test_info();
  const std::string suite = info.test_suite_name();
  const std::string name = info.name();  // "AConflictChangesNothing/map"
  const std::string rule = suite + "." + name.substr(0, name.find('/'));
  for (const Exception& exception : under_test.exceptions) {
    if (exception.rule == rule || exception.rule == suite + ".*") return exception.reason;
  }
  return {};
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const StoreUnderTest& under_test) {
  return out << under_test.name;
}

std::vector<Call> calls_with_a_key(Store& store, Snapshot& snapshot) {
  std::vector<Call> calls;
  const auto add = [&](std::string name, bool writes, auto run) {
    calls.push_back({std::move(name), writes, std::move(run)});
  };
  add("get", false, [&](auto key, auto& context) { return status_of(store.get(key, context)); });
  add("contains", false,
      [&](auto key, auto& context) { return status_of(store.contains(key, context)); });
  add("put", true, [&](auto key, auto& context) { return store.put(key, "new", context); });
  add("erase", true, [&](auto key, auto& context) { return store.erase(key, context); });
  add("apply", true, [&](auto key, auto& context) {
    Batch batch;
    batch.put(key, "new");
    return store.apply(batch, context);
  });
  add("snapshot get", false,
      [&](auto key, auto& context) { return status_of(snapshot.get(key, context)); });
  add("snapshot contains", false,
      [&](auto key, auto& context) { return status_of(snapshot.contains(key, context)); });
  return calls;
}

std::vector<Call> calls_without_a_key(Store& store, Snapshot& snapshot) {
  std::vector<Call> calls;
  const auto add = [&](std::string name, auto run) {
    calls.push_back({std::move(name), false, std::move(run)});
  };
  add("scan", [&](auto, auto& context) { return status_of(store.scan({}, context)); });
  add("apply nothing", [&](auto, auto& context) { return store.apply(Batch(), context); });
  add("flush", [&](auto, auto& context) { return store.flush(context); });
  add("snapshot", [&](auto, auto& context) { return status_of(store.snapshot(context)); });
  add("snapshot scan", [&](auto, auto& context) { return status_of(snapshot.scan({}, context)); });
  return calls;
}

std::vector<Call> all_calls(Store& store, Snapshot& snapshot) {
  std::vector<Call> calls = calls_with_a_key(store, snapshot);
  for (Call& call : calls_without_a_key(store, snapshot)) calls.push_back(std::move(call));
  return calls;
}

void Contract::SetUp() {
  if (const std::string reason = excuse(GetParam()); !reason.empty()) GTEST_SKIP() << reason;
  store_ = open();
}

void Contract::TearDown() {
  snapshots_.clear();
  store_.reset();
  directories_.clear();
}

std::unique_ptr<Store> Contract::open(Options options) {
  if (GetParam().persistent && options.directory.empty()) options.directory = make_directory();
  return must(GetParam().open(options));
}

std::string Contract::put(std::string_view key, std::string_view value) {
  return told(ToldStore(store()).put(key, value));
}

std::string Contract::erase(std::string_view key) { return told(ToldStore(store()).erase(key)); }

std::string Contract::apply(const Batch& batch) { return told(ToldStore(store()).apply(batch)); }

std::string Contract::get(std::string_view key) { return told(ToldStore(store()).get(key)); }

std::string Contract::contains(std::string_view key) {
  return told(ToldStore(store()).contains(key));
}

std::string Contract::scan(const Range& range) { return ToldStore(store()).scan(range); }

std::string Contract::close() {
  const std::string call = announce("close");
  std::string answer = told(store().close());
  observe(call, answer);
  return answer;
}

ToldIterator Contract::iterate(const Range& range) {
  step("an iterator over " + told(range));
  return ToldIterator(must(store().scan(range)));
}

void Contract::fill(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    std::string value(key);
    for (char& c : value) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    ASSERT_EQ(put(key, value), "ok");
  }
}

ToldReader Contract::take_snapshot(std::string name) {
  step("take a snapshot: " + name);
  snapshots_.push_back(must(store().snapshot()));
  return ToldReader(*snapshots_.back(), std::move(name));
}

std::string Contract::make_directory() {
  directories_.push_back(std::make_unique<TemporaryDirectory>());
  return directories_.back()->path();
}

// A misspelt exception would excuse nothing, or hide a rule that was renamed.
TEST(ContractExceptions, NameRulesThatExist) {
  std::vector<std::string> rules;
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *all.GetTestSuite(i);
    rules.push_back(suite.name() + std::string(".*"));
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const std::string name = suite.GetTestInfo(j)->name();
      rules.push_back(suite.name() + std::string(".") + name.substr(0, name.find('/')));
    }
  }
  ASSERT_FALSE(stores_under_test().empty()) << "there is no store to test";
  for (const StoreUnderTest& under_test : stores_under_test()) {
    for (const Exception& exception : under_test.exceptions) {
      EXPECT_NE(std::find(rules.begin(), rules.end(), exception.rule), rules.end())
          << under_test.name << " is excused from a rule that does not exist: " << exception.rule;
      EXPECT_FALSE(exception.reason.empty()) << exception.rule << " is excused without a reason";
    }
  }
}

}  // namespace kv::test
