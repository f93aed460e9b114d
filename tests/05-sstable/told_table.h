#pragma once

// A table that is read from a file of a simulated file system, whose every call becomes a step of
// the test's story (tests/support/story.h) and whose every answer is observed: `"a"@7="1"`,
// `"a"@9 erased`, `none`; failures with the file, and the offset where one is named:
// `corruption: 000007.sst at 129`.

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "base/simulated_file_system.h"
#include "storage/table.h"
#include "tests/05-sstable/table_bytes.h"
#include "tests/05-sstable/told_block.h"
#include "tests/support/expect.h"

namespace kv::test {

inline std::string told_error(const Error& error) {
  std::string text(name(error.code()));
  if (error.code() != Code::corruption) return text;
  const std::string& message = error.message();
  text += message.find("000007.sst") == message.npos ? ": no file" : ": 000007.sst";
  constexpr std::string_view word = "offset ";
  const auto offset = message.find(word);
  if (offset == message.npos) return text;
  const std::size_t digits = offset + word.size();
  return text + " at " +
         message.substr(digits, message.find_first_not_of("0123456789", digits) - digits);
}

inline std::string told_status(const Status& status) {
  return status ? "ok" : told_error(status.error());
}

// What find answers.
inline std::string found_in(const Table& table, std::string_view key, SequenceNumber sequence) {
  std::string value = "untouched";
  const auto found =
      table.find({.user_key = key, .sequence = sequence, .value = &value, .trace = nullptr});
  if (!found) return told_error(found.error());
  if (!found->has_value()) return value == "untouched" ? "none" : "none, but a value";
  std::string seen = told_key(ikey(key, (*found)->sequence, (*found)->kind));
  if ((*found)->kind == EntryKind::put) return seen + "=" + test::quoted(value);
  return value == "untouched" ? seen : seen + ", but a value";
}

// What a walk over these entries tells.
inline std::string told_all(const BlockEntries& entries) {
  std::string all;
  for (const BlockEntry& entry : entries) all += told_entry(entry) + " ";
  return all + "end";
}
inline BlockEntries reversed(BlockEntries entries) {
  std::ranges::reverse(entries);
  return entries;
}

// b@9 b@5 | c@8 erased, c@3 | c@2 e@4
inline TableBytes three_blocks() {
  TableBytes table;
  table.add_block({{ikey("b", 9), "9"}, {ikey("b", 5), "5"}});
  table.add_block({{ikey("c", 8, EntryKind::tombstone), ""}, {ikey("c", 3), "3"}});
  table.add_block({{ikey("c", 2), "2"}, {ikey("e", 4), "4"}});
  return table;
}

class ToldTable {
 public:
  explicit ToldTable(std::string_view bytes, TableNumber number = 7,
                     std::size_t cache_bytes = std::size_t{1} << 20)
      : cache_(make_block_cache(cache_bytes)) {
    const std::string call = announce("open a table of " + std::to_string(bytes.size()) + " bytes");
    auto created = files_.create(path);
    EXPECT_TRUE(ok(created) && ok((*created)->append(bytes)));
    opened_ = open_again(number);
    observe(call, opened_);
    blocks_read_ = statistics_->blocks_read.sum();
  }
  explicit ToldTable(TableBytes table) : ToldTable(std::string_view(table.finish())) {}

  // `ok`, or why it could not be opened.
  const std::string& opened() const { return opened_; }

  // Opens the file once more, beside the story. Says how that went.
  std::string open_again(TableNumber number = 7) {
    auto file = files_.open(path);
    EXPECT_TRUE(ok(file));
    auto table = open_table({.file = *std::move(file),
                             .path = std::string(path),
                             .number = number,
                             .cache = cache_,
                             .statistics = statistics_});
    if (!table) return told_error(table.error());
    table_ = *std::move(table);
    return "ok";
  }

  std::string find(std::string_view key, SequenceNumber sequence = max_sequence - 1) {
    const std::string call =
        announce("find " + test::quoted(key) + " at " + std::to_string(sequence));
    std::string seen = table_ ? found_in(*table_, key, sequence) : "there is no table";
    observe(call, seen);
    return seen;
  }

  // The way of a find, line by line.
  std::string trace(std::string_view key, SequenceNumber sequence = max_sequence - 1) {
    const std::string call =
        announce("trace " + test::quoted(key) + " at " + std::to_string(sequence));
    Trace lines;
    std::string seen = "there is no table";
    if (table_) {
      static_cast<void>(
          table_->find({.user_key = key, .sequence = sequence, .value = nullptr, .trace = &lines}));
      seen.clear();
    }
    for (const std::string& line : lines) seen += (seen.empty() ? "" : " | ") + line;
    observe(call, seen);
    return seen;
  }

  std::string verify() {
    const std::string call = announce("verify");
    std::string seen = table_ ? told_status(table_->verify()) : "there is no table";
    observe(call, seen);
    return seen;
  }

  // `filter asked 3, said no 1, was wrong 1; blocks read 2`: blocks since it was opened.
  std::string counts() {
    const std::string call = announce("what was counted");
    std::string seen = "filter asked " + std::to_string(statistics_->filter_asked()) +
                       ", said no " + std::to_string(statistics_->filter_said_no.sum()) +
                       ", was wrong " + std::to_string(statistics_->filter_was_wrong.sum()) +
                       "; blocks read " +
                       std::to_string(statistics_->blocks_read.sum() - blocks_read_);
    observe(call, seen);
    return seen;
  }

  ToldWalk forward() { return {table().iterate(Direction::forward), "forward"}; }
  ToldWalk reverse() { return {table().iterate(Direction::reverse), "reverse"}; }
  ToldWalk walk(Direction direction) {
    return direction == Direction::forward ? forward() : reverse();
  }

  // Throws where it could not be opened: the case is lost then.
  const Table& table() const {
    if (!table_) throw std::logic_error("the table was not opened: " + opened_);
    return *table_;
  }
  SimulatedFileSystem& files() { return files_; }

 private:
  static constexpr std::string_view path = "db/000007.sst";

  struct MadeDirectory {
    explicit MadeDirectory(FileSystem& files) { EXPECT_TRUE(ok(files.create_directory("db"))); }
  };

  SimulatedFileSystem files_;
  MadeDirectory made_{files_};
  std::shared_ptr<BlockCache> cache_;
  std::shared_ptr<TableStatistics> statistics_ = std::make_shared<TableStatistics>();
  std::shared_ptr<const Table> table_;
  std::string opened_;
  std::uint64_t blocks_read_ = 0;
};

// What a table of three_blocks() answers, wherever one may ask, each with a `;` behind it.
inline std::string answers_of(const ToldTable& table) {
  std::string all;
  for (const char* key : {"b", "c", "d", "e"}) {
    for (const SequenceNumber sequence : {1u, 2u, 5u, 8u, 9u}) {
      all += found_in(table.table(), key, sequence) + ";";
    }
  }
  return all;
}

}  // namespace kv::test
