#pragma once

// What the cases of engines that keep tables begin with: a store over a simulated file system
// (tests/persistence/simulated_store.h), values that fill its logs, and what must be there after
// the power has gone.
//
// *Thread safety*: one thread at a time.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "storage/sstable.h"
#include "tests/persistence/simulated_store.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"

namespace kv::test {

class StoresWithTables : public testing::Test {
 protected:
  // Writes so many values of 500 bytes, of `keys` keys in turn: seven fill a log. Background work
  // runs behind each.
  void write(int values, bool with_background = true, int keys = 40) {
    for (int i = 0; i < values; ++i) {
      ASSERT_TRUE(ok(put_next(keys)));
      if (with_background) store.executor().run_all();
    }
  }

  Status put_next(int keys = 40) {
    const int number = written_++;
    return store->put("k" + std::to_string(number % keys),
                      std::to_string(number) + std::string(500, 'v'));
  }

  // Opens what a loss of power leaves, and sees that it is all that was acknowledged.
  void expect_all_survives() {
    const std::string content = store.content();
    Random random(test::seed());
    for (const CrashPolicy policy : power_losses) {
      SimulatedFileSystem left = files;
      left.crash(policy, random);
      SimulatedStore survivor(left);
      ASSERT_TRUE(ok(survivor.open()));
      EXPECT_EQ(survivor.content(), content);
    }
  }

  // The names of the directory's tables, in order.
  std::vector<std::string> table_names() const {
    std::vector<std::string> names = files.list("db").value();
    std::erase_if(names, [](const std::string& name) { return !table_number(name); });
    return names;
  }

  SimulatedFileSystem files;
  SimulatedStore store{files};

 private:
  int written_ = 0;
};

}  // namespace kv::test
