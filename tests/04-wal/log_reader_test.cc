// Task 4.3: the records of a log, the place where they stop, and what stands behind it.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "tests/04-wal/told_log_reader.h"
#include "tests/support/at_the_edge.h"

namespace kv::test {
namespace {

// A record of 48 bytes, without padding.
Batch even(std::string_view key) { return put(key, std::string(16, 'v')); }

// Log 7 with so many of them, from write 1 on: they begin at 40, 88, 136 ...
LogBytes log_of(int records) {
  LogBytes log(7);
  for (int i = 1; i <= records; ++i) log.add(even("k0" + std::to_string(i)));
  return log;
}

// How many records `next` gives, of bytes behind which no memory is.
std::size_t count_of(std::string_view bytes) {
  const std::string_view guarded = at_the_edge(bytes);
  const auto reader = make_log_reader(guarded, 7);
  std::size_t count = 0;
  while (reader->next()) ++count;
  return count;
}

class LogReading : public testing::Test {};

TEST_F(LogReading, RecordsComeInOrder) {
  LogBytes log(7, 5, 3);
  Batch batch = put("b", "2");
  batch.erase("a");
  log.add(put("a", "1"), 3);
  log.add(batch, 4);
  log.add(put("c", "3"), 0);
  const std::string file = log.file(400);
  ToldLogReader reader(file);
  EXPECT_EQ(reader.next(), "batch 5 unsynced 3 { put \"a\" = \"1\"; } at 40");
  EXPECT_EQ(reader.next(), "batch 6 unsynced 4 { put \"b\" = \"2\"; erase \"a\"; } at 72");
  EXPECT_EQ(reader.next(), "batch 8 unsynced 0 { put \"c\" = \"3\"; } at 112");
  EXPECT_EQ(reader.next(), "none at 144");
  EXPECT_FALSE(reader.ended());
}

TEST_F(LogReading, ANewLogHasNone) {
  const std::string file = log_of(0).file(200);
  ToldLogReader reader(file);
  EXPECT_EQ(reader.next(), "none at 40");
  EXPECT_EQ(reader.next(), "none at 40");
  EXPECT_FALSE(reader.ended());
}

TEST_F(LogReading, AFullLogEndsWithItsLastByte) {
  const std::string file = log_of(3).file();
  ToldLogReader reader(file);
  for (int i = 0; i < 3; ++i) EXPECT_NE(reader.next().substr(0, 4), "none");
  EXPECT_EQ(reader.next(), "none at 184");
}

TEST_F(LogReading, AnEndRecordEndsIt) {
  LogBytes log = log_of(1);
  log.end();
  log.add(even("old"));  // space that was recycled may hold anything
  const std::string file = log.file(400);
  ToldLogReader reader(file);
  reader.next();
  EXPECT_FALSE(reader.ended());
  EXPECT_EQ(reader.next(), "end 2 unsynced 0 at 88");
  EXPECT_TRUE(reader.ended());
  EXPECT_EQ(reader.next().substr(0, 4), "none");
  EXPECT_EQ(reader.next().substr(0, 4), "none");
  EXPECT_TRUE(reader.ended());
}

TEST_F(LogReading, TheRecordsPointIntoTheBytes) {
  const std::string file = log_of(2).file();
  ToldLogReader reader(file);
  reader.next();
  reader.next();
  const bool inside = reader.reader().record().payload.data() == file.data() + 112;
  observe("the payload lies in the bytes", inside ? "yes" : "no");
  EXPECT_TRUE(inside);
}

TEST_F(LogReading, CutAtEveryByteItGivesWhatIsWhole) {
  LogBytes log = log_of(5);
  log.end();
  const std::string file = log.file();
  std::string seen;
  announce("records of the log, cut at every byte");
  for (std::size_t size = 0; size <= file.size(); ++size) {
    seen += std::to_string(count_of(std::string_view(file).substr(0, size)));
  }
  std::string expected;
  for (std::size_t size = 0; size < 40; ++size) expected += '0';
  for (std::size_t size = 0; size < 5 * 48; ++size) expected += std::to_string(size / 48);
  for (std::size_t size = 0; size < 24; ++size) expected += '5';
  expected += '6';
  observe("records of the log, cut at every byte", seen);
  EXPECT_EQ(seen, expected);
}

TEST_F(LogReading, WithABitFlippedItStopsThere) {
  const std::string file = log_of(4).file();
  std::string seen;
  announce("records before each flipped bit");
  bool right = true;
  for (std::size_t bit = 40 * 8; bit < file.size() * 8; ++bit) {
    const std::size_t count = count_of(with_bit_flipped(file, bit));
    right = right && count == (bit / 8 - 40) / 48;
    if (bit % 64 == 0) seen += std::to_string(count);
  }
  observe("records before each flipped bit", seen + (right ? ", all right" : ", not all right"));
  EXPECT_TRUE(right);
}

TEST_F(LogReading, RecordsOfAnotherLogAreNotRead) {
  // The space belonged to log 6, whose records stand at just the places where those of 7 would.
  LogBytes log = log_of(2);
  LogBytes old(6);
  for (int i = 1; i <= 5; ++i) old.add(even("old"));
  const std::string file = log.file() + old.file().substr(log.file().size());
  ToldLogReader reader(file);
  reader.next();
  reader.next();
  EXPECT_EQ(reader.next(), "none at 136");
  EXPECT_EQ(reader.resync(), "none");
}

TEST_F(LogReading, BytesThatAreNoLogHaveNoRecords) {
  Random random(test::seed());
  std::size_t found = 0;
  announce("records in random bytes");
  for (int i = 0; i < 500; ++i) {
    std::string bytes = random.bytes(random.below(600));
    for (std::size_t at = 48; i % 2 == 0 && at + 16 <= bytes.size(); at += 8) {
      bytes[at] = static_cast<char>(1 + random.below(3));  // a kind that exists ...
      bytes[at + 5] = static_cast<char>(random.below(2));  // ... and a length that may fit
      bytes[at + 6] = bytes[at + 7] = '\0';
    }
    const std::string_view guarded = at_the_edge(bytes);
    const auto reader = make_log_reader(guarded, 7);
    while (reader->next()) ++found;
    while (reader->resync()) ++found;
  }
  observe("records in random bytes", std::to_string(found));
  EXPECT_EQ(found, 0u);
}

class LogResync : public testing::Test {};

TEST_F(LogResync, TheRecordBehindADamagedOneIsFound) {
  const std::string file = with_bit_flipped(log_of(4).file(400), (88 + 30) * 8);
  ToldLogReader reader(file);
  EXPECT_EQ(reader.next().substr(0, 7), "batch 1");
  EXPECT_EQ(reader.next(), "none at 88");
  EXPECT_EQ(reader.resync(), "batch 3 unsynced 0 { put \"k03\" = \"vvvvvvvvvvvvvvvv\"; } at 136");
  EXPECT_EQ(reader.next().substr(0, 7), "batch 4");
  EXPECT_EQ(reader.next(), "none at 232");
  EXPECT_EQ(reader.resync(), "none");
}

TEST_F(LogResync, SoItIsWhenTheLengthIsDamaged) {
  for (const std::size_t byte : {20u, 21u, 23u}) {
    const std::string file = with_bit_flipped(log_of(4).file(400), (88 + byte) * 8 + 3);
    ToldLogReader reader(file);
    reader.next();
    EXPECT_EQ(reader.next(), "none at 88");
    EXPECT_EQ(reader.resync().substr(0, 7), "batch 3");
    EXPECT_EQ(reader.next().substr(0, 7), "batch 4");
  }
}

TEST_F(LogResync, TheVeryNextMultipleOfEightIsLookedAt) {
  LogBytes log = log_of(1);
  log.add_bytes(std::string(8, 'x'));
  log.add(even("far"));
  log.add_bytes(std::string(16, '\0'));
  log.add(even("off"));
  const std::string file = log.file(400);
  ToldLogReader reader(file);
  reader.next();
  EXPECT_EQ(reader.next(), "none at 88");
  EXPECT_EQ(reader.resync().substr(0, 7), "batch 2");
  EXPECT_EQ(reader.next(), "none at 144");
  EXPECT_EQ(reader.resync().substr(0, 7), "batch 3");
}

TEST_F(LogResync, ALogWithoutARecordAtItsFrontIsReadFurtherOn) {
  LogBytes log(7);
  log.add_bytes(std::string(4'096, '\0'));  // a sector or more that never reached the disk
  log.add(even("far"), 1);
  const std::string file = log.file(8'192);
  ToldLogReader reader(file);
  EXPECT_EQ(reader.next(), "none at 40");
  EXPECT_EQ(reader.resync().substr(0, 18), "batch 1 unsynced 1");
  EXPECT_EQ(reader.next().substr(0, 4), "none");
}

TEST_F(LogResync, TheLastRecordOfTheFileIsFound) {
  LogBytes log = log_of(2);
  log.end();
  std::string file = log.file();
  file[88] = static_cast<char>(file[88] ^ 1);
  ToldLogReader reader(file);
  reader.next();
  EXPECT_EQ(reader.next(), "none at 88");
  EXPECT_EQ(reader.resync(), "end 3 unsynced 0 at 136");
  EXPECT_TRUE(reader.ended());
  EXPECT_EQ(reader.next().substr(0, 4), "none");
}

TEST_F(LogResync, SeveralPlacesMayBeDamaged) {
  std::string file = log_of(8).file(500);
  for (const std::size_t record : {0u, 2u, 3u, 6u}) {
    const std::size_t at = 40 + record * 48 + 9;
    file[at] = static_cast<char>(file[at] ^ 0x10);
  }
  ToldLogReader reader(file);
  EXPECT_EQ(reader.next(), "none at 40");
  EXPECT_EQ(reader.resync().substr(0, 7), "batch 2");
  EXPECT_EQ(reader.next(), "none at 136");
  EXPECT_EQ(reader.resync().substr(0, 7), "batch 5");
  EXPECT_EQ(reader.next().substr(0, 7), "batch 6");
  EXPECT_EQ(reader.next(), "none at 328");
  EXPECT_EQ(reader.resync().substr(0, 7), "batch 8");
  EXPECT_EQ(reader.next(), "none at 424");
  EXPECT_EQ(reader.resync(), "none");
}

TEST_F(LogResync, ARecordBeginsAtAMultipleOf8) {
  LogBytes log = log_of(1);
  log.add_bytes("damaged.odd");
  log.add_bytes(framed(log.number(), {RecordKind::batch, 2, 0, put("k", "v").encode()}));
  const std::string file = log.file();
  ToldLogReader reader(file);
  reader.next();
  EXPECT_EQ(reader.next(), "none at 88");
  EXPECT_EQ(reader.resync(), "none");
}

TEST_F(LogResync, ItIsFoundAtAnyDistance) {
  Random random(test::seed());
  LogBytes log = log_of(1);
  log.add_bytes(random.bytes(1 << 20));
  log.add(even("far"));
  const std::string file = log.file();
  ToldLogReader reader(file);
  reader.next();
  EXPECT_EQ(reader.next(), "none at 88");
  EXPECT_EQ(reader.resync().substr(0, 7), "batch 2");
}

TEST_F(LogResync, WithNothingBehindThereIsNone) {
  for (const std::size_t size : {88u, 96u, 104u, 112u, 4'096u}) {
    const std::string file = log_of(1).file(size);
    ToldLogReader reader(file);
    reader.next();
    EXPECT_EQ(reader.next(), "none at 88");
    EXPECT_EQ(reader.resync(), "none");
    EXPECT_EQ(reader.resync(), "none");
  }
}

TEST_F(LogResync, CutAnywhereItReadsNothingBehindTheEnd) {
  const std::string whole = with_bit_flipped(log_of(3).file(), 50 * 8);
  std::string seen;
  announce("records found behind the damage, by size");
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::string_view guarded = at_the_edge(std::string_view(whole).substr(0, size));
    const auto reader = make_log_reader(guarded, 7);
    int found = reader->next() ? 9 : 0;
    for (bool more = reader->resync(); more; more = reader->next()) ++found;
    seen += std::to_string(found);
  }
  observe("records found behind the damage, by size", seen);
  EXPECT_EQ(seen, std::string(136, '0') + std::string(48, '1') + "2");
}

TEST_F(LogResync, ItDoesNotSumForEver) {
  // Every multiple of 8 looks like a record of 2 MiB. To sum each of them would take minutes.
  constexpr std::size_t size = std::size_t{4} << 20;
  std::string word;
  append_fixed64(word, std::uint64_t{2} << 20 << 32 | 0x101);
  LogBytes log = log_of(1);
  std::string& bytes = log.bytes();
  while (bytes.size() < size) bytes += word;
  ToldLogReader reader(bytes);
  reader.next();
  EXPECT_EQ(reader.next(), "none at 88");
  EXPECT_EQ(reader.resync(), "none");
  EXPECT_EQ(reader.resync(), "none");
}

TEST_F(LogResync, NorWhereEveryRecordLeadsToTheNext) {
  // Between any two intact records, one that seems to reach to the end.
  LogBytes log(7);
  std::string liar = framed(7, {RecordKind::batch, 1, 0, {}});
  std::size_t records = 0;
  while (log.bytes().size() < std::size_t{1} << 20) {
    const auto left = static_cast<std::uint32_t>((std::size_t{1} << 20) - log.bytes().size());
    std::string length;
    append_fixed32(length, left);
    log.add_bytes(liar.replace(20, 4, length));
    log.add(even("k"));
    ++records;
  }
  const std::string file = log.file(std::size_t{2} << 20);
  const auto reader = make_log_reader(file, 7);
  announce("records found between the others");
  std::size_t found = 0;
  while (reader->next()) {
  }
  while (reader->resync()) {
    ++found;
    while (reader->next()) ++found;
  }
  const bool bounded = found > 0 && found < records;
  observe("records found between the others", bounded ? "some" : "all or none");
  EXPECT_TRUE(bounded) << found << " of " << records;
}

}  // namespace
}  // namespace kv::test
