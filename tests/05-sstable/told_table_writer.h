#pragma once

// A TableWriter into a file of a simulated file system, whose every call becomes a step of the
// test's story (tests/support/story.h) and whose every answer is observed.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/simulated_file_system.h"
#include "storage/table_writer.h"
#include "tests/05-sstable/table_bytes.h"
#include "tests/05-sstable/told_block.h"
#include "tests/support/expect.h"
#include "tests/support/told_store.h"

namespace kv::test {

inline std::string told(const TableProperties& properties) {
  const auto key = [](std::string_view bytes) { return bytes.empty() ? "none" : told_key(bytes); };
  return std::to_string(properties.data_blocks) + " blocks, " + std::to_string(properties.entries) +
         " entries, " + std::to_string(properties.tombstones) + " tombstones, " +
         std::to_string(properties.data_bytes) + " bytes, " + key(properties.smallest) + " to " +
         key(properties.largest) + ", writes " + std::to_string(properties.first_sequence) +
         " to " + std::to_string(properties.last_sequence);
}

// What stands in a table's file:
//
//   data at 0, none: 0+9:1 "a..." "1" | restarts 0
//   filter at 31: 9 bytes
//   index at 49, none: "a"@7 -> 0, 22
//   1 blocks, 1 entries, ...
//   table 7
//
// Compressed blocks are told without their places, which the library's version changes.
inline std::string told_table(std::string_view file) {
  const DrawnTable table(file);
  if (!table.broken.empty()) return "broken: " + table.broken;
  const auto place = [](const DrawnBlock& block) {
    static constexpr std::array names = {"none", "lz4", "zstd"};
    return std::to_string(block.offset) + ", " + names[static_cast<std::size_t>(block.how)] + ": ";
  };
  std::string text;
  bool places = true;
  for (const DrawnBlock& block : table.data) {
    const std::string at = places ? place(block) : place(block).substr(place(block).find(','));
    text += "data at " + at + drawn_block(block.bytes) + "\n";
    places = places && block.how == Compression::none;
  }
  if (places) {
    text += "filter at " + std::to_string(table.filter.offset) + ": " +
            std::to_string(table.filter.bytes.size()) + " bytes\nindex at " +
            place(table.index_block);
  } else {
    text += "filter of " + std::to_string(table.filter.bytes.size()) + " bytes\nindex:";
  }
  for (const BlockEntry& entry : table.index) {
    text += " " + told_key(entry.key);
    std::string_view handle = entry.value;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    const bool whole = take_varint(handle, offset) && take_varint(handle, bytes);
    if (!whole || !handle.empty()) text += " ?";
    if (places) text += " -> " + std::to_string(offset) + ", " + std::to_string(bytes);
  }
  return text + "\n" + (table.properties ? told(*table.properties) : "no properties") + "\ntable " +
         std::to_string(table.footer.number);
}

// Tables whose bytes depend on the entries alone: no filter, nothing compressed.
inline TableOptions plain(std::size_t block_bytes = 4096) {
  return {.block_bytes = block_bytes, .filter_bits_per_key = 0, .compression = Compression::none};
}

class ToldTableWriter {
 public:
  explicit ToldTableWriter(const TableOptions& options = plain(), TableNumber number = 7) {
    auto created = files_.create(path);
    EXPECT_TRUE(ok(created));
    file_ = *std::move(created);
    writer_ = make_table_writer(*file_, number, options);
    step("a writer of table " + std::to_string(number) + ", blocks of " +
         std::to_string(options.block_bytes) + " bytes, " +
         std::to_string(options.filter_bits_per_key) + " filter bits for each key");
  }

  std::string add(std::string_view key, std::string_view value) {
    const std::string call = announce("add " + told_entry(key, value));
    std::string seen = told(writer_->add(key, value));
    observe(call, seen);
    return seen;
  }
  void add(const BlockEntries& entries) {
    for (const BlockEntry& entry : entries) EXPECT_EQ(add(entry.key, entry.value), "ok");
  }

  // Many entries, in one step; what is observed comes with finish.
  void add_quietly(const BlockEntries& entries) {
    const std::string call = announce("add " + std::to_string(entries.size()) + " entries");
    for (const BlockEntry& entry : entries) EXPECT_TRUE(ok(writer_->add(entry.key, entry.value)));
    step(call);
  }

  std::string finish(SequenceNumber first = 1, SequenceNumber last = 100) {
    const std::string call =
        announce("finish, writes " + std::to_string(first) + " to " + std::to_string(last));
    const Result<TableProperties> properties = writer_->finish(first, last);
    std::string seen =
        properties ? told(*properties) : std::string(name(properties.error().code()));
    observe(call, seen);
    return seen;
  }

  // What stands in the finished table's file, as told_table tells it.
  std::string told_file() {
    const std::string call = announce("the file");
    std::string seen = told_table(bytes());
    observe(call, seen);
    return seen;
  }

  // The finished file's bytes, observed as a whole.
  std::string file() {
    const std::string call = announce("the file");
    std::string seen = bytes();
    observe(call, told_table(seen) + "; its bytes: " + test::quoted(seen));
    return seen;
  }

  // How large the file is.
  std::uint64_t size() {
    const std::string call = announce("the size of the file");
    observe(call, std::to_string(file_->size()));
    return file_->size();
  }

  std::string bytes() const {
    const Result<std::string> read = read_file(files_, path);
    EXPECT_TRUE(ok(read));
    return read ? *read : std::string();
  }

  SimulatedFileSystem& files() { return files_; }
  TableWriter& writer() { return *writer_; }

 private:
  static constexpr std::string_view path = "000007.sst";

  SimulatedFileSystem files_;
  std::unique_ptr<AppendFile> file_;
  std::unique_ptr<TableWriter> writer_;
};

}  // namespace kv::test
