// Lab 01's second half: the student's checks against the catalogue. Each case hands a check eight
// stores in an order that the seed chooses, three right ones and a broken one, each twice and all
// in one disguise. What the grader compares is the eight verdicts: who guesses is right once in 28
// times.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "storage/store_checks.h"
#include "tests/01-introduction/broken_stores.h"
#include "tests/01-introduction/right_stores.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

using Check = Complaints (*)(const OpenStore& open);

Check check_of(std::string_view task) {
  if (task == "1.5") return check_point_operations;
  if (task == "1.6") return check_batches;
  if (task == "1.7") return check_scans;
  return check_snapshots_and_close;
}

// The numbers of the right stores and one more, for the broken one, each twice, in an order that
// seed and fault choose.
std::vector<std::size_t> drawn_order(Fault fault) {
  std::vector<std::size_t> order;
  for (std::size_t number = 0; number <= right_stores().size(); ++number) {
    order.insert(order.end(), 2, number);
  }
  Random random(seed() * 1000 + static_cast<std::uint64_t>(fault));
  for (std::size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[random.below(left)]);
  }
  return order;
}

class Expose : public testing::TestWithParam<BrokenStore> {
 protected:
  // Runs the check and observes its verdict on the store number `place` of this case. `nature`, for
  // people: what store that is.
  static Complaints judge(Check check, std::size_t place, std::string_view nature,
                          const OpenStore& open) {
    const std::string which = fmt::format("store {}", place);
    step(fmt::format("your check gets {}, {}", which, nature));
    Complaints complaints = check(open);
    for (std::size_t i = 0; i < complaints.size() && i < 3; ++i) {
      step(fmt::format("{}: \"{}\"", which, complaints[i]));
    }
    observe(which, complaints.empty() ? "accepted" : "accused");
    return complaints;
  }
};

TEST_P(Expose, AccusesTheBrokenStoreAlone) {
  const BrokenStore& broken = GetParam();
  const Check check = check_of(broken.task);
  std::size_t place = 0;
  for (const std::size_t number : drawn_order(broken.fault)) {
    ++place;
    if (number < right_stores().size()) {
      const auto complaints =
          judge(check, place, fmt::format("a right one: {}", right_stores()[number].name),
                [&] { return open_disguised(number); });
      EXPECT_TRUE(complaints.empty())
          << "You accuse a right store (store " << place << ", " << right_stores()[number].name
          << "): \"" << complaints.front() << "\". No header in src/kv/ promises that.";
    } else {
      const auto complaints = judge(check, place, fmt::format("the broken one: {}", broken.name),
                                    [&] { return open_broken(broken.fault); });
      EXPECT_FALSE(complaints.empty())
          << "You accept a broken store (store " << place << "): " << broken.instead << ". "
          << broken.header << " promises: \"" << broken.sentence << "\"";
    }
  }
}

std::vector<BrokenStore> broken_for(std::string_view task) {
  std::vector<BrokenStore> chosen;
  for (const BrokenStore& each : broken_stores()) {
    if (each.task == task) chosen.push_back(each);
  }
  return chosen;
}

std::string fault_name(const testing::TestParamInfo<BrokenStore>& info) {
  return std::string(info.param.name);
}

INSTANTIATE_TEST_SUITE_P(ExposePoints, Expose, testing::ValuesIn(broken_for("1.5")), fault_name);
INSTANTIATE_TEST_SUITE_P(ExposeBatches, Expose, testing::ValuesIn(broken_for("1.6")), fault_name);
INSTANTIATE_TEST_SUITE_P(ExposeScans, Expose, testing::ValuesIn(broken_for("1.7")), fault_name);
INSTANTIATE_TEST_SUITE_P(ExposeSnapshots, Expose, testing::ValuesIn(broken_for("1.8")), fault_name);

}  // namespace

}  // namespace kv::test
