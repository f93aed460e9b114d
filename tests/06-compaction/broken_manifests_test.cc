// Task 6.3: manifests that are torn, which is no damage, and damaged, which is.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "base/random.h"
#include "tests/06-compaction/told_manifest.h"
#include "tests/support/at_the_edge.h"

namespace kv::test {
namespace {

class BrokenManifests : public testing::Test {
 protected:
  // Three edits, after which next table is 2, 3 and 4.
  static ManifestBytes three() {
    ManifestBytes bytes;
    bytes.add(edit().next_table(2)).add(edit().next_table(3).put_away(1));
    return bytes.add(edit().next_table(4).add(0, table(3, "a", "b")));
  }

  static std::string corruption_at(std::uint64_t offset) {
    return "corruption: db/manifest at " + std::to_string(offset);
  }
  static std::string version_of(std::size_t edits) {
    return std::string("manifest 3: ") +
           (edits == 3   ? "0: 3 [\"a\" ... \"b\"] 1-1 | put away 1, next table 4"
            : edits == 2 ? "put away 1, next table 3"
                         : "next table 2");
  }
  // With so many edits, and the bytes behind them dropped.
  static std::string torn(std::size_t edits, std::uint64_t offset, std::uint64_t bytes) {
    return version_of(edits) + "; dropped from " + std::to_string(offset) + ": " +
           std::to_string(bytes) + " bytes";
  }

  static std::string result_of(std::string_view bytes) {
    return told_read(read_manifest(at_the_edge(bytes), store_manifest));
  }
};

TEST_F(BrokenManifests, CutAtEveryByteItHasTheEditsThatAreWhole) {
  const ManifestBytes manifest = three().end();
  const auto& begins = manifest.begins();
  const std::string call = announce("read the manifest, cut at every byte");
  std::string seen;
  for (std::size_t size = 0; size <= manifest.size(); ++size) {
    std::size_t whole = 0;  // records; the zeros behind one are no part of it
    std::uint64_t end = 40;
    for (std::size_t i = 0; i < begins.size(); ++i) {
      const std::string_view bytes(manifest.bytes());
      const auto record = drawn_record_at(bytes.substr(0, size), begins[i], 3);
      if (!record) break;
      ++whole;
      end = begins[i] + record_bytes(record->payload.size());
    }
    std::string expected = size < 40   ? corruption_at(0)
                           : whole < 1 ? corruption_at(40)
                           : whole < 4 ? version_of(whole)
                                       : version_of(3) + "; closed";
    if (whole >= 1 && size > end) expected = torn(whole, end, size - end);
    const std::string read = result_of(std::string_view(manifest.bytes()).substr(0, size));
    EXPECT_EQ(read, expected) << size;
    seen += read + "\n";
  }
  observe(call, seen);
}

TEST_F(BrokenManifests, WithABitFlippedItIsDamagedOrLacksItsLastEdit) {
  const ManifestBytes manifest = three();
  const std::uint64_t last = manifest.begins()[2];
  const std::string call = announce("read the manifest, with each bit flipped");
  std::string seen;
  for (std::size_t bit = 0; bit < manifest.size() * 8; ++bit) {
    const std::string read = result_of(with_bit_flipped(manifest.bytes(), bit));
    const auto [record, begin] = [&] {
      std::size_t i = manifest.begins().size();
      while (i > 0 && manifest.begins()[i - 1] > bit / 8) --i;
      return std::pair(i, i == 0 ? 0 : manifest.begins()[i - 1]);
    }();
    // Bits between records are no part of any.
    const bool same = read == version_of(3);
    if (same) {
      EXPECT_GT(bit / 8, begin + log_layout::record_header_bytes);
    } else if (record < 3) {
      EXPECT_EQ(read, corruption_at(begin)) << bit;
    } else {
      EXPECT_EQ(read, torn(2, last, manifest.size() - last)) << bit;
    }
    seen += same ? '=' : read.starts_with("corruption") ? '!' : '-';
  }
  observe(call, seen);
}

TEST_F(BrokenManifests, ClosedItHasNoTornEdit) {
  const ManifestBytes manifest = three().end();
  const auto& begins = manifest.begins();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(read_of("with a bit flipped, and closed",
                      with_bit_flipped(manifest.bytes(), (begins[i] + 9) * 8)),
              corruption_at(begins[i]));
  }
  EXPECT_EQ(read_of("whose end is torn", with_bit_flipped(manifest.bytes(), (begins[3] + 9) * 8)),
            torn(3, begins[3], 24));
}

TEST_F(BrokenManifests, ATornEditIsDroppedAndReported) {
  const std::uint64_t end = three().size();
  EXPECT_EQ(read_of("with a byte behind", three().raw("x")), torn(3, end, 1));
  EXPECT_EQ(read_of("with bytes behind", three().raw(std::string(600, 'x'))), torn(3, end, 600));
  EXPECT_EQ(read_of("with zeros behind", three().raw(std::string(512, '\0'))), torn(3, end, 512));
  std::string record = framed(3, {RecordKind::edit, 4, 0, drawn_bytes(edit().put_away(900))});
  record.front() = static_cast<char>(record.front() ^ 1);
  EXPECT_EQ(read_of("with a damaged record behind", three().raw(record)),
            torn(3, end, record.size()));
}

TEST_F(BrokenManifests, NothingIntactStandsBehindATornEdit) {
  ManifestBytes manifest = three();
  const std::uint64_t end = manifest.size();
  manifest.raw(std::string(64, 'x')).add(edit());
  EXPECT_EQ(read_of("with an edit behind damage", manifest), corruption_at(end));
  ManifestBytes zeros = three();
  zeros.raw(std::string(4'096, '\0')).turn(5).add(edit());
  EXPECT_EQ(read_of("with an edit behind zeros", zeros), corruption_at(end));
  ManifestBytes closed = three();
  closed.raw(std::string(8, 'x')).turn(9).end();
  EXPECT_EQ(read_of("with an end record behind damage", closed), corruption_at(end));
}

TEST_F(BrokenManifests, RecordsOfAnotherManifestCountForNothing) {
  const std::uint64_t end = three().size();
  const std::string other = framed(2, {RecordKind::edit, 4, 0, drawn_bytes(edit().put_away(9))});
  EXPECT_EQ(read_of("with an edit of another", three().raw(other)), torn(3, end, other.size()));
  EXPECT_EQ(read_of("with two of another", three().raw(other + other)),
            torn(3, end, 2 * other.size()));
  ManifestBytes all(2);
  all.add(edit().next_table(2));
  EXPECT_EQ(read_of("that is all of another",
                    manifest_header(3) + all.bytes().substr(manifest_header(2).size())),
            corruption_at(40));
}

TEST_F(BrokenManifests, TheFirstEditIsThere) {
  EXPECT_EQ(read_of("that is a header alone", manifest_header(3)), corruption_at(40));
  EXPECT_EQ(read_of("with zeros alone", manifest_header(3) + std::string(512, '\0')),
            corruption_at(40));
  ManifestBytes one;
  one.add(edit().next_table(2));
  for (const std::size_t size : {41u, 63u, 65u}) {
    EXPECT_EQ(read_of("whose first edit is cut", one.bytes().substr(0, size)), corruption_at(40));
  }
  EXPECT_EQ(read_of("whose first edit is damaged", with_bit_flipped(one.bytes(), 50 * 8)),
            corruption_at(40));
  EXPECT_EQ(read_of("whose first edit is damaged", with_bit_flipped(three().bytes(), 50 * 8)),
            corruption_at(40));
  EXPECT_EQ(read_of("without edits, closed", ManifestBytes().end()), corruption_at(40));
}

TEST_F(BrokenManifests, NoEditIsMissing) {
  const std::uint64_t end = three().size();
  EXPECT_EQ(read_of("without edit 4", three().turn(5).add(edit())), corruption_at(end));
  EXPECT_EQ(read_of("without the edit before the end", three().turn(5).end()), corruption_at(end));
  EXPECT_EQ(read_of("that begins with edit 2", ManifestBytes().turn(2).add(edit())),
            corruption_at(40));
}

TEST_F(BrokenManifests, NoEditComesTwice) {
  const std::uint64_t end = three().size();
  EXPECT_EQ(read_of("with edit 3 again", three().turn(3).add(edit())), corruption_at(end));
  EXPECT_EQ(read_of("with edit 1 again", three().turn(1).add(edit())), corruption_at(end));
  EXPECT_EQ(read_of("with the number of edit 3 at its end", three().turn(3).end()),
            corruption_at(end));
}

TEST_F(BrokenManifests, OnlyEditsBelongThere) {
  const std::uint64_t end = three().size();
  const std::string batch = put("a", "1").encode();
  EXPECT_EQ(read_of("with a batch", three().add(RecordKind::batch, batch)), corruption_at(end));
  EXPECT_EQ(read_of("with entries", three().add(RecordKind::entries, "")), corruption_at(end));
  EXPECT_EQ(read_of("with a batch before an edit",
                    three().add(RecordKind::batch, "").add(edit().put_away(5))),
            corruption_at(end));
  EXPECT_EQ(read_of("that begins with a batch", ManifestBytes().add(RecordKind::batch, "")),
            corruption_at(40));
}

TEST_F(BrokenManifests, EachEditIsOneThatFits) {
  const std::uint64_t end = three().size();
  EXPECT_EQ(read_of("with an edit of no kind", three().add(RecordKind::edit, numbers({9}))),
            corruption_at(end));
  EXPECT_EQ(read_of("with an edit that breaks off", three().add(RecordKind::edit, numbers({5, 0}))),
            corruption_at(end));
  EXPECT_EQ(read_of("that takes away a table it has not", three().add(edit().remove(1, 3))),
            corruption_at(end));
  EXPECT_EQ(read_of("that goes back", three().add(edit().next_table(3))), corruption_at(end));
  EXPECT_EQ(read_of("that goes back, in the middle", three().add(edit().put_away(0)).add(edit())),
            corruption_at(end));
}

TEST_F(BrokenManifests, NothingStandsBehindTheEnd) {
  const std::uint64_t end = three().end().size();
  EXPECT_EQ(read_of("with a byte behind the end", three().end().raw("x")), corruption_at(end));
  EXPECT_EQ(read_of("with zeros behind the end", three().end().raw(std::string(512, '\0'))),
            corruption_at(end));
  EXPECT_EQ(read_of("with an edit behind the end", three().end().add(edit())), corruption_at(end));
  EXPECT_EQ(read_of("with two ends", three().end().end()), corruption_at(end));
}

TEST_F(BrokenManifests, OtherFormatsAreRefused) {
  ManifestBytes one;
  const std::string records = one.add(edit()).bytes().substr(40);
  EXPECT_EQ(read_of("of version 2", manifest_header(3, 2) + records), "invalid_argument");
  EXPECT_EQ(read_of("of version 2, a header alone", manifest_header(3, 2)), "invalid_argument");
  EXPECT_EQ(read_of("of version 1", manifest_header(3) + records), "manifest 3: next table 1");
}

TEST_F(BrokenManifests, OtherFilesAreNone) {
  EXPECT_EQ(read_of("that is empty", ""), corruption_at(0));
  EXPECT_EQ(read_of("of zeros", std::string(4'096, '\0')), corruption_at(0));
  EXPECT_EQ(read_of("that is a log", encode_log_header({.number = 3, .first = 1, .unsynced = 0})),
            corruption_at(0));
  EXPECT_EQ(read_of("that is somebody else's", std::string(100, 'x')), corruption_at(0));
  EXPECT_EQ(read_of("with another magic", manifest_header(3, 1, "kvdb.may")), corruption_at(0));
}

TEST_F(BrokenManifests, WhoFindsADamagedOneIsToldWhere) {
  SimulatedFileSystem files;
  ASSERT_TRUE(ok(files.create_directory(store_directory)));
  const auto file = files.create(store_manifest);
  ASSERT_TRUE(ok(file));
  EXPECT_TRUE(ok((*file)->append(three().turn(9).end().bytes())));
  const std::string call = announce("find a damaged manifest");
  const auto found = find_manifest(files, store_directory);
  const std::string seen = found ? "one, or none" : place_in(found.error().message());
  observe(call, seen);
  EXPECT_EQ(seen, "db/manifest at " + std::to_string(three().size()));
}

TEST_F(BrokenManifests, AnyBytesAreReadOrRefused) {
  Random random(test::seed() * 1000 + 65);
  const std::string call = announce("read manifests with random bytes in them");
  std::string seen;
  for (int i = 0; i < 600; ++i) {
    ManifestBytes manifest = three();
    for (std::size_t left = random.below(3); left > 0; --left) {
      if (random.below(2) == 0) manifest.raw(random.bytes(8 * random.below(20)));
      manifest.add(edit().put_away(10 + random.below(3)));
    }
    std::string bytes = manifest.bytes();
    for (std::size_t left = random.below(3); left > 0; --left) {
      bytes = with_bit_flipped(bytes, random.below(bytes.size() * 8));
    }
    const std::string read = result_of(bytes);
    seen += read + "\n";
    EXPECT_TRUE(read.starts_with("corruption: db/manifest at ") || read.starts_with("manifest 3: "))
        << read;
  }
  observe(call, seen);
}

}  // namespace
}  // namespace kv::test
