// kvcli inspect, on manifests and directories of engine lsm that are made by hand, whole and
// damaged.

#include <gmock/gmock.h>

#include "engines/engines.h"
#include "kv/capabilities.h"
#include "persistence/manifest.h"
#include "persistence/wal.h"
#include "tests/integration/kvcli_run.h"
#include "tests/support/expect.h"

namespace kv::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class KvcliManifests : public Kvcli {
 protected:
  static TableInfo table(TableNumber number, std::string_view first, std::string_view last,
                         SequenceNumber from, SequenceNumber to) {
    TableInfo info{.number = number,
                   .bytes = 1000 + number,
                   .entries = to - from + 1,
                   .first_sequence = from,
                   .last_sequence = to};
    append_internal_key(info.smallest, {first, to, EntryKind::put});
    append_internal_key(info.largest, {last, from, EntryKind::put});
    return info;
  }

  // Manifest 3, of three edits: the first takes 192 bytes at offset 40.
  static std::string manifest() {
    std::string bytes = encode_manifest_header(3);
    Version version;
    version.levels[0] = {table(2, "c", "x", 5, 9), table(1, "a", "z", 1, 4)};
    version.next_log = 2;
    version.put_away = 9;
    version.next_table = 3;
    add(bytes, 1, as_edit(version));
    add(bytes, 2, {.next_table = 4, .added = {{1, table(3, "a", "z", 1, 9)}}});
    add(bytes, 3, {.put_away = 12, .removed = {{0, 1}, {0, 2}}});
    return bytes;
  }

  static void add(std::string& bytes, std::uint64_t number, const VersionEdit& edit) {
    append_record(bytes, 3, {RecordKind::edit, number, 0, encode_edit(edit)});
  }
  static void end(std::string& bytes, std::uint64_t number) {
    append_record(bytes, 3, {RecordKind::end, number, 0, {}});
  }
  static std::string flipped(std::string bytes, std::size_t offset) {
    bytes.at(offset) ^= 1;
    return bytes;
  }
  // Where the edit of that number begins.
  static std::size_t edit_begins(std::uint64_t number) {
    const std::string bytes = manifest();
    std::size_t at = manifest_layout::header_bytes;
    for (std::uint64_t i = 1; i < number; ++i) {
      at += record_bytes(record_at(bytes, at, 3)->payload.size());
    }
    return at;
  }

  // A store of engine lsm in the folder db, as a process that dies leaves it: twelve writes in a
  // table, the thirteenth in the log.
  void make_store() {
    run("rm -rf db open");
    auto store = open_lsm({.directory = folder_.path() + "/open"});
    ASSERT_TRUE(ok(store));
    for (char key = 'a'; key < 'm'; ++key) ASSERT_TRUE(ok((*store)->put({&key, 1}, "v")));
    ASSERT_TRUE(ok((*store)->as<Maintenance>()->compact()));
    ASSERT_TRUE(ok((*store)->put("k", "new")));
    run("cp -r open db");
  }
};

TEST_F(KvcliManifests, InspectShowsAManifest) {
  std::string bytes = manifest();
  end(bytes, 4);
  write("manifest", bytes);
  const Ended ended = run("kvcli inspect manifest");
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.errors, "");
  const std::size_t second = edit_begins(2);
  const std::size_t third = edit_begins(3);
  const std::size_t last = manifest().size();
  EXPECT_EQ(
      ended.output,
      fmt::format(
          "manifest: manifest 3, {} bytes\n"
          "    offset     bytes  kind     number\n"
          "        40 {:>9}  edit     1\n"
          "{:31}next log 2, in tables up to write 9, known from write 0, next table 3\n"
          "{:31}+ level 0, table 2: \"c\" ... \"x\", writes 5..9, 5 entries, 1002 bytes\n"
          "{:31}+ level 0, table 1: \"a\" ... \"z\", writes 1..4, 4 entries, 1001 bytes\n"
          "{:>10} {:>9}  edit     2\n"
          "{:31}next table 4\n"
          "{:31}+ level 1, table 3: \"a\" ... \"z\", writes 1..9, 9 entries, 1003 bytes\n"
          "{:>10} {:>9}  edit     3\n"
          "{:31}in tables up to write 12\n"
          "{:31}- level 0, table 1\n"
          "{:31}- level 0, table 2\n"
          "{:>10}        24  end      before 4\n"
          "   After edit 3: next log 2; writes up to 12 are in tables; known from write 0; next "
          "table 4\n"
          "   level 1: 1 table, 1003 bytes\n"
          "      table 3: \"a\" ... \"z\", writes 1..9, 9 entries, 1003 bytes\n"
          "manifest: 4 records; the store was closed; intact\n",
          bytes.size(), second - 40, "", "", "", second, third - second, "", "", third,
          last - third, "", "", "", last));
}

TEST_F(KvcliManifests, InspectMarksTheDamageAndGoesOn) {
  write("manifest", flipped(manifest(), edit_begins(2) + 30));
  const Ended ended = run("kvcli inspect manifest");
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.errors, "");
  EXPECT_THAT(ended.output, HasSubstr(fmt::format("\n!! offset {}: no intact record begins here: ",
                                                  edit_begins(2))));
  EXPECT_THAT(ended.output, HasSubstr(fmt::format("\n!! offset {}: missing before this record: "
                                                  "edit 2\n",
                                                  edit_begins(3))));
  EXPECT_THAT(ended.output, HasSubstr("- level 0, table 1\n"));
  EXPECT_THAT(ended.output, EndsWith("manifest: 2 records; not closed; DAMAGED\n"));
}

TEST_F(KvcliManifests, InspectTellsDamageOfEveryKind) {
  const std::string whole = manifest();
  std::string closed = whole;
  end(closed, 4);
  std::string twice = whole;
  add(twice, 3, {});
  std::string nonsense = whole;
  append_record(nonsense, 3, {RecordKind::edit, 4, 0, "\x09"});
  std::string unfit = whole;
  add(unfit, 4, {.removed = {{0, 1}}});
  std::string batch = whole;
  append_record(batch, 3, {RecordKind::batch, 4, 0, {}});
  std::string none = encode_manifest_header(3);
  end(none, 1);
  const std::pair<std::string, std::string> cases[] = {
      {"", "!! offset 0: "},
      {std::string(200, '\0'), "!! offset 0: "},
      {flipped(whole, 20), "!! offset 0: the header is damaged"},
      {whole.substr(0, 40), "!! offset 40: the first edit is missing\n"},
      {whole.substr(0, 100), "!! offset 40: no intact record begins here, nor behind: "},
      {closed + std::string(8, '\0'),
       fmt::format("!! offset {}: something stands behind the end record\n", closed.size())},
      {twice, fmt::format("!! offset {}: the record's checksum is right, and it makes no sense: an "
                          "edit of that number was there before",
                          whole.size())},
      {nonsense, "and it makes no sense: the edit "},
      {unfit, "and it makes no sense: the edit takes table 1 from level 0, where it is not"},
      {batch, "and it makes no sense: records of this kind are not for manifests"},
      {none, "and it makes no sense: it stands in the place of the first edit"},
  };
  for (const auto& [bytes, mark] : cases) {
    write("manifest", bytes);
    const Ended ended = run("kvcli inspect manifest");
    EXPECT_EQ(ended.code, 1) << mark;
    EXPECT_THAT(ended.output, HasSubstr(mark));
    EXPECT_THAT(ended.output, EndsWith("; DAMAGED\n"));
  }
}

TEST_F(KvcliManifests, InspectTakesATornEndForHarmlessAsOpeningDoes) {
  const std::string whole = manifest();
  std::string closed = whole;
  end(closed, 4);
  closed.pop_back();
  for (const std::string& bytes : {whole + "torn", whole + std::string("torn\0\0\0\0", 8),
                                   whole + std::string(8, '\0'), closed}) {
    write("manifest", bytes);
    const Ended ended = run("kvcli inspect manifest");
    EXPECT_EQ(ended.code, 0);
    const auto read = read_manifest(bytes, "manifest");
    ASSERT_TRUE(ok(read));
    ASSERT_TRUE(read->dropped);
    EXPECT_THAT(ended.output,
                HasSubstr(fmt::format("\n{:>10} {:>9}  torn     a record that was never finished; "
                                      "opening drops it\n",
                                      read->dropped->offset, read->dropped->bytes)));
    EXPECT_THAT(read->dropped->what, HasSubstr("of an edit, or of the end record, that was never"));
    EXPECT_THAT(ended.output,
                EndsWith("manifest: 3 records; not closed; intact but for its torn end\n"));
  }
  write("manifest", flipped(whole, edit_begins(2) + 30) + "torn");
  EXPECT_EQ(run("kvcli inspect manifest").code, 1);
}

TEST_F(KvcliManifests, InspectSaysWhatSalvageSaysWhereNothingTellsTheEngine) {
  ASSERT_NO_FATAL_FAILURE(make_store());
  run("rm db/FORMAT db/manifest");
  const Ended salvaged = run("kvcli salvage db");
  EXPECT_EQ(salvaged.code, 4) << salvaged;
  const std::string why = "nothing in \"db\" says which engine made it, ";
  EXPECT_THAT(salvaged.errors, HasSubstr(why));
  const Ended ended = run("kvcli inspect db");
  EXPECT_EQ(ended.code, 1) << ended;
  EXPECT_THAT(ended.output, HasSubstr("!! it doesn't open: " + why));
  EXPECT_THAT(ended.output, HasSubstr("write the line \"kvdb 1 lsm\" into FORMAT"));
}

TEST_F(KvcliManifests, InspectShowsAsMuchAsIsWanted) {
  write("manifest", manifest());
  const Ended ended = run("kvcli inspect manifest --changes 1 --limit 1");
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.output, HasSubstr("and 2 more (--changes)\n"));
  EXPECT_THAT(ended.output, HasSubstr("         2            records not shown\n"));
}

TEST_F(KvcliManifests, InspectKnowsAManifestByItsBytesAndByItsName) {
  write("copy", manifest());
  EXPECT_THAT(run("kvcli inspect copy").output, StartsWith("copy: manifest 3, "));
  write("manifest.damaged", flipped(manifest(), 3));
  const Ended damaged = run("kvcli inspect manifest.damaged");
  EXPECT_EQ(damaged.code, 1);
  EXPECT_THAT(damaged.output, HasSubstr("this is not how a manifest begins"));
}

TEST_F(KvcliManifests, InspectShowsADirectoryAndWhatOpeningItWouldSay) {
  ASSERT_NO_FATAL_FAILURE(make_store());
  const std::string bytes = read("db/manifest");
  const Ended whole = run("kvcli inspect db");
  EXPECT_THAT(whole.output, StartsWith("db: a store of engine lsm\ndb/manifest: manifest "));
  EXPECT_THAT(whole.output, HasSubstr(".log: log "));
  EXPECT_THAT(whole.output, HasSubstr("\nit opens, with the state after write 13; "));
  EXPECT_THAT(whole.output, EndsWith("it was not closed\n"));
  write("db/manifest", bytes + "torn");
  EXPECT_THAT(run("kvcli inspect db").output,
              HasSubstr(fmt::format("\nit drops db/manifest, offset {}: 4 bytes of an edit",
                                    bytes.size())));
  const std::size_t first = manifest_layout::header_bytes;
  write("db/manifest", flipped(bytes, first + 30));
  const Ended damaged = run("kvcli inspect db");
  EXPECT_EQ(damaged.code, 1);
  EXPECT_THAT(damaged.output,
              HasSubstr(fmt::format("!! it doesn't open: \"db/manifest\", offset {}: ", first)));
}

TEST_F(KvcliManifests, InspectMissesATableThatTheManifestNames) {
  ASSERT_NO_FATAL_FAILURE(make_store());
  run("rm db/*.sst");
  const Ended ended = run("kvcli inspect db");
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output, HasSubstr("!! it doesn't open: the manifest names \"db/0000"));
}

TEST_F(KvcliManifests, InspectKnowsATableThatIsNotWhatTheManifestNames) {
  ASSERT_NO_FATAL_FAILURE(make_store());
  run("for table in db/*.sst; do : > $table; done");
  const Ended ended = run("kvcli inspect db");
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output, HasSubstr("!! it doesn't open: \"db/0000"));
}

TEST_F(KvcliManifests, InspectPassesOverATableThatTheManifestDoesNotName) {
  ASSERT_NO_FATAL_FAILURE(make_store());
  write("db/000900.sst", "half of a compaction's work");
  const Ended ended = run("kvcli inspect db/*.log db | grep 000900.sst");
  EXPECT_EQ(ended.output,
            "db/000900.sst: the manifest does not name it; opening the store removes it\n");
}

TEST_F(KvcliManifests, AStoreOfAnUnknownEngineIsANewerOnes) {
  ASSERT_NO_FATAL_FAILURE(make_store());
  write("db/FORMAT", "kvdb 1 cluster\n");
  const Ended ended = run("kvcli inspect db");
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.output, "");
  EXPECT_THAT(ended.errors, HasSubstr("was made by engine \"cluster\", which this program does not "
                                      "know: a newer kvdb made it"));
}

}  // namespace
}  // namespace kv::test
