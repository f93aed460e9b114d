#include "tests/torture/report.h"

#include <gtest/gtest.h>

namespace kv::torture {
namespace {

TEST(TortureReport, AViolationNamesTheProgramThatFoundIt) {
  const Violation violation{.where = "engine wal, puts, seed 7",
                            .what = "write 3 is lost",
                            .story = {"open", "put"},
                            .options = "--engine wal --seed 7"};
  EXPECT_EQ(told(violation, "build/dev/bin/torture_mine"),
            "VIOLATION in engine wal, puts, seed 7\n"
            "     1. open\n"
            "     2. put\n"
            "  write 3 is lost\n"
            "  again: build/dev/bin/torture_mine --engine wal --seed 7\n");
}

TEST(TortureReport, CountsOneAndSeveral) {
  EXPECT_EQ(counted(1, "workload"), "1 workload");
  EXPECT_EQ(counted(0, "workload"), "0 workloads");
  EXPECT_EQ(counted(2, "recovery", "recoveries"), "2 recoveries");
  Report report;
  report.workloads = 1;
  report.recoveries = 1;
  EXPECT_EQ(summary(report),
            "torture: 0 crash points, 6 policies, 1 workload, 0 acknowledged writes checked, "
            "1 recovery, 0 violations");
}

}  // namespace
}  // namespace kv::torture
