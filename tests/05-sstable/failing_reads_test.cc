// Task 5.5: tables that are whole, on a disk whose reads fail or err. The call that met it says so,
// and no other.

#include <gtest/gtest.h>

#include <string>

#include "tests/05-sstable/told_table.h"

namespace kv::test {
namespace {

TEST(FailingReads, OneKeepsATableFromOpening) {
  ToldTable table(three_blocks());
  std::string seen;
  announce("open it, with a read that fails after so many");
  std::string last;
  for (std::uint64_t passing = 0; passing < 10 && last != "ok"; ++passing) {
    table.files().fail(Fault::read_fails, passing);
    last = table.open_again();
    table.files().clear_faults();
    if (last != "ok" && last != "io_error") seen += last;
    if (passing == 0 && last == "ok") seen += "no read failed";
  }
  observe("open it, with a read that fails after so many", seen + last);
  EXPECT_EQ(seen + last, "ok");
}

TEST(FailingReads, OneFailsThatCallAlone) {
  ToldTable table(three_blocks());
  table.files().fail(Fault::read_fails);
  EXPECT_EQ(table.find("c", 3), "io_error");
  EXPECT_EQ(table.find("c", 3), "\"c\"@3=\"3\"");
  table.files().fail(Fault::read_fails, 1);
  ToldWalk walk = table.forward();
  EXPECT_EQ(walk.rest(), "\"b\"@9=\"9\" \"b\"@5=\"5\" \"c\"@8 erased \"c\"@3=\"3\" io_error");
  EXPECT_EQ(walk.next(), "io_error");
  EXPECT_EQ(table.reverse().seek(ikey("c", 2)), "\"c\"@2=\"2\"");
  table.files().fail(Fault::read_fails, 1);
  EXPECT_EQ(table.verify(), "io_error");
  EXPECT_EQ(table.verify(), "ok");
}

TEST(FailingReads, ABitThatOneGetsWrongIsNoticed) {
  std::string seen;
  announce("reads that flip a bit");
  for (std::uint64_t passing = 0; passing < 7; ++passing) {
    ToldTable table(three_blocks());
    const std::string right = answers_of(table);
    ToldTable other(three_blocks().finish(), 7, 0);
    other.files().fail(Fault::read_flips_bit, passing, test::seed() + passing);
    const std::string opened = other.open_again();
    if (opened != "ok" && !opened.starts_with("corruption: 000007.sst")) seen += opened + " ";
    other.files().clear_faults();
    other.files().fail(Fault::read_flips_bit, passing, test::seed() + passing);
    const std::string given = answers_of(other);
    const auto corrupt = given.find("corruption: 000007.sst at ");
    if (corrupt == given.npos) seen += "not noticed ";
    if (given.substr(0, corrupt) != right.substr(0, corrupt)) seen += "wrong ";
  }
  observe("reads that flip a bit", seen.empty() ? "all noticed" : seen);
  EXPECT_EQ(seen, "");
}

}  // namespace
}  // namespace kv::test
