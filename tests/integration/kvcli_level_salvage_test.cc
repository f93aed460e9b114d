// kvcli salvage, on stores of engine lsm.

#include <gmock/gmock.h>

#include "tests/integration/kvcli_run.h"

namespace kv::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class KvcliLevelSalvage : public Kvcli {
 protected:
  static constexpr std::string_view engine =
      "--engine lsm --directory db --write-buffer 4096 --compression none";

  // A store in the folder db: 300 writes on 60 keys, all but the last three merged
  // into one table.
  void make_store(std::string_view values = "") {
    std::string lines;
    for (int i = 1; i <= 299; ++i) {
      lines += fmt::format("put k{:02} {}{}{}\n", i % 60, values, i, std::string(80, 'v'));
      if (i == 297) lines += "compact\n";
    }
    lines += "del k07\n";
    run("rm -rf db");
    ASSERT_EQ(script(lines, engine), (Ended{0, "", ""}));
  }

  // The name of the only table.
  std::string table() {
    const std::string names = run("cd db; ls *.sst").output;
    EXPECT_EQ(names.find('\n') + 1, names.size()) << names;
    return names.substr(0, names.find('\n'));
  }
};

TEST_F(KvcliLevelSalvage, MakesAManifestOfTheTables) {
  make_store();
  EXPECT_EQ(
      run("kvcli salvage db"),
      (Ended{0, "nothing to salvage: the store opens, with the state after write 300\n", ""}));
  EXPECT_EQ(run("rm db/manifest; kvcli --directory db count").code, 4);
  const Ended salvaged = run("kvcli salvage db");
  EXPECT_EQ(salvaged.code, 1) << salvaged;
  EXPECT_EQ(salvaged.output,
            "lost: db/manifest, offset 0: it is missing\n"
            "note: which tables count is not known for certain: all that are there were merged, so "
            "a key that was erased may have come back\n"
            "saved: 63 versions of keys, up to write 300; the store opens again\n");
  EXPECT_EQ(run("kvcli --directory db count").output, "59\n");
  EXPECT_EQ(run("kvcli salvage db").code, 0);
}

TEST_F(KvcliLevelSalvage, SaysWhatItCouldNotSave) {
  make_store();
  const std::string lost = table();
  EXPECT_EQ(run(fmt::format("rm db/{}; kvcli --directory db count", lost)).code, 4);
  const Ended missing = run("kvcli salvage db");
  EXPECT_EQ(missing.code, 1) << missing;
  EXPECT_THAT(missing.output,
              HasSubstr(fmt::format("lost: db/{}, offset 0: a table of level ", lost)));
  EXPECT_THAT(
      missing.output,
      HasSubstr(" is missing: 60 versions of keys from \"k00\" to \"k59\", of writes 1 to 297\n"));
  EXPECT_EQ(run("kvcli --directory db count").output, "2\n");  // what stood in the log

  make_store();
  const std::string name = table();
  std::string bytes = read("db/" + name);
  bytes.at(10) ^= 1;
  write("db/" + name, bytes);
  const Ended damaged = run("kvcli salvage db");
  EXPECT_EQ(damaged.code, 1) << damaged;
  EXPECT_THAT(damaged.output, HasSubstr(fmt::format("lost: db/{0}, bytes 0 to ", name)));
  EXPECT_THAT(damaged.output, HasSubstr(fmt::format("kept: db/{0} as db/{0}.damaged\n", name)));
  EXPECT_THAT(damaged.output, HasSubstr("A key whose newest version is lost has an older value"));
  EXPECT_THAT(damaged.output, EndsWith("up to write 300; the store opens again\n"));
  EXPECT_EQ(run("kvcli salvage db").code, 0);
}

TEST_F(KvcliLevelSalvage, SaysHowMuchOfAnEmptyTableIsLost) {
  make_store();
  const std::string name = table();
  const Ended ended = run(fmt::format("truncate -s 0 db/{}; kvcli salvage db", name));
  EXPECT_EQ(ended.code, 1) << ended;
  EXPECT_THAT(ended.output,
              HasSubstr(fmt::format("lost: db/{}, offset 0: a table of level ", name)));
  EXPECT_THAT(ended.output,
              HasSubstr(" is damaged, and 0 of its 60 versions of keys from \"k00\" to \"k59\", of "
                        "writes 1 to 297, could be saved\n"));
  EXPECT_THAT(ended.output,
              HasSubstr(fmt::format("lost: db/{}, offset 0: the file is empty\n", name)));
}

TEST_F(KvcliLevelSalvage, NamesWhatIsWrongWithTheManifestOnce) {
  make_store();
  const Ended ended = run("truncate -s 40 db/manifest; kvcli salvage db");
  EXPECT_EQ(ended.code, 1) << ended;
  EXPECT_THAT(ended.output,
              StartsWith("lost: db/manifest, offset 40: the first edit is missing\n"));
}

TEST_F(KvcliLevelSalvage, CallsWhatIsMissingLostAlsoWhereItFails) {
  make_store();
  // The other store's table has another number, and tells of other writes.
  ASSERT_EQ(script("put z last\ncompact\n", engine), (Ended{0, "", ""}));
  run("rm -rf other; mv db other");
  make_store("others");
  const std::string ours = table();
  run("rm db/manifest; cp other/*.sst db");
  ASSERT_NE(run("cd db; ls *.sst").output, ours + "\n");
  const Ended ended = run("kvcli salvage db");
  EXPECT_EQ(ended.code, 4) << ended;
  EXPECT_THAT(ended.output, HasSubstr("lost: db/manifest, offset 0: it is missing\n"));
  EXPECT_THAT(ended.output, Not(HasSubstr("torn:")));
  EXPECT_THAT(ended.output, Not(HasSubstr("were merged")));
}

TEST_F(KvcliLevelSalvage, AFormatOfGarbageIsMended) {
  make_store();
  write("db/FORMAT", "garbage\n");
  const Ended opened = run("kvcli --directory db count");
  EXPECT_EQ(opened.code, 4);
  EXPECT_THAT(opened.errors, HasSubstr("says \"garbage\\x0a\"; `kvcli salvage` makes a new one"));
  EXPECT_EQ(run("kvcli salvage db").code, 1);
  EXPECT_EQ(run("kvcli --directory db count").output, "59\n");
}

TEST_F(KvcliLevelSalvage, AsksWhichEngineItWasWhereNothingTells) {
  make_store();
  const std::string names = run("rm db/FORMAT db/manifest; ls db").output;
  const Ended ended = run("kvcli salvage db");
  EXPECT_EQ(ended.code, 4) << ended;
  EXPECT_EQ(ended.output, "");
  EXPECT_THAT(ended.errors, HasSubstr("nothing in \"db\" says which engine made it"));
  EXPECT_EQ(run("ls db").output, names);
  EXPECT_EQ(run("echo kvdb 1 lsm >db/FORMAT; kvcli salvage db").code, 1);
  EXPECT_EQ(run("kvcli --directory db count").output, "59\n");
}

}  // namespace
}  // namespace kv::test
