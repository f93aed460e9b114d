// Task 5.5: tables that are not what was written: damaged, mixed up, or made by somebody who does
// not know how. The answer is `corruption` with the file and the offset, or the right one.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/05-sstable/told_table.h"

namespace kv::test {
namespace {

class BrokenTables : public testing::Test {
 protected:
  static std::string with_bit_flipped(std::string bytes, std::size_t bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    return bytes;
  }

  // A whole table with other bytes for a footer, the size in its checksum being right.
  static std::string with_footer(const TableFooter& footer, std::uint32_t version = 1,
                                 std::uint32_t zero = 0) {
    std::string file = three_blocks().finish();
    file.resize(file.size() - 80);
    return file + footer_bytes(footer, file.size() + 80, version, zero);
  }
  static TableFooter right_footer() {
    TableBytes table = three_blocks();
    static_cast<void>(table.finish());
    return table.footer;
  }

  static std::string opened(std::string_view file) { return ToldTable(file).opened(); }
};

TEST_F(BrokenTables, CutAnywhereNoneIsOpened) {
  const std::string file = three_blocks().finish();
  std::size_t right = 0;
  announce("tables that are cut");
  for (std::size_t size = 0; size < file.size(); ++size) {
    ToldTable table(std::string_view(file).substr(0, size));
    if (table.opened().starts_with("corruption: 000007.sst")) ++right;
  }
  observe("tables that are cut", std::to_string(file.size() - right) + " taken for whole ones");
  EXPECT_EQ(right, file.size());
}

TEST_F(BrokenTables, WithAnyBitFlippedNoAnswerIsWrong) {
  const std::string file = three_blocks().finish();
  const std::string right = answers_of(ToldTable(file));
  const std::uint64_t data_bytes = right_footer().filter.offset;
  std::string seen;
  announce("tables with one bit flipped");
  for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
    ToldTable table(with_bit_flipped(file, bit));
    const bool in_data = bit / 8 < data_bytes;
    if ((table.opened() == "ok") != in_data) seen += "opened wrongly at " + std::to_string(bit);
    if (table.opened() != "ok") continue;
    // Answers are right, but for those that need the block.
    std::size_t damaged = 0;
    std::string_view expected = right;
    std::string given = answers_of(table);
    for (std::string_view rest = given; !rest.empty();) {
      const std::string_view answer = rest.substr(0, rest.find(';'));
      const std::string_view other = expected.substr(0, expected.find(';'));
      if (answer.starts_with("corruption: 000007.sst at ")) {
        ++damaged;
      } else if (answer != other) {
        seen += "wrong at " + std::to_string(bit) + " ";
      }
      rest.remove_prefix(answer.size() + 1);
      expected.remove_prefix(other.size() + 1);
    }
    if (damaged == 0) seen += "not noticed at " + std::to_string(bit) + " ";
  }
  observe("tables with one bit flipped", seen.empty() ? "all right" : seen);
  EXPECT_EQ(seen, "");
}

TEST_F(BrokenTables, ADamagedBlockSaysWhereItIs) {
  const std::string file = three_blocks().finish();
  ToldTable table(with_bit_flipped(file, 50 * 8));
  EXPECT_EQ(table.find("c", 3), "corruption: 000007.sst at 41");
  EXPECT_EQ(table.find("b", 5), "\"b\"@5=\"5\"");
  EXPECT_EQ(table.find("e", 5), "\"e\"@4=\"4\"");
  EXPECT_EQ(table.verify(), "corruption: 000007.sst at 41");
  EXPECT_EQ(table.find("c", 3), "corruption: 000007.sst at 41");
}

TEST_F(BrokenTables, AWalkFailsAtADamagedBlock) {
  const std::string file = three_blocks().finish();
  ToldTable table(with_bit_flipped(file, 50 * 8));
  ToldWalk forward = table.forward();
  EXPECT_EQ(forward.rest(), "\"b\"@9=\"9\" \"b\"@5=\"5\" corruption");
  EXPECT_EQ(forward.next(), "corruption");
  EXPECT_EQ(forward.seek(ikey("b", 9)), "corruption");
  EXPECT_EQ(told_status(forward.walk().status()), "corruption: 000007.sst at 41");
  ToldWalk reverse = table.reverse();
  EXPECT_EQ(reverse.rest(), "\"e\"@4=\"4\" \"c\"@2=\"2\" corruption");
  EXPECT_EQ(table.forward().seek(ikey("c", 3)), "corruption");
  EXPECT_EQ(table.reverse().seek(ikey("c", 3)), "corruption");
  EXPECT_EQ(table.forward().seek(ikey("e", 9)), "\"e\"@4=\"4\"");
  EXPECT_EQ(table.reverse().seek(ikey("b", 3)), "corruption");
}

TEST_F(BrokenTables, BlocksThatHaveChangedPlaces) {
  // Both are as long, and whole.
  TableBytes bytes;
  bytes.add_block({{ikey("a", 3), "1"}});
  const std::uint64_t second = bytes.add_block({{ikey("b", 3), "2"}});
  const std::string file = bytes.finish();
  ToldTable table(file.substr(second, second) + file.substr(0, second) + file.substr(2 * second));
  EXPECT_EQ(table.find("a"), "corruption: 000007.sst at 0");
  EXPECT_EQ(table.find("b"), "corruption: 000007.sst at " + std::to_string(second));
  EXPECT_EQ(table.verify(), "corruption: 000007.sst at 0");
}

TEST_F(BrokenTables, ABlockOfAnotherTableAtTheSameOffset) {
  // Whole, as long, and with the key that the index has.
  TableBytes of_6(6);
  of_6.add_block({{ikey("a", 3), "old"}});
  TableBytes of_7(7);
  of_7.add_block({{ikey("a", 3), "new"}});
  const std::uint64_t second = of_7.add_block({{ikey("b", 3), "2"}});
  ToldTable table(of_6.finish().substr(0, second) + of_7.finish().substr(second));
  EXPECT_EQ(table.find("a"), "corruption: 000007.sst at 0");
  EXPECT_EQ(table.find("b"), "\"b\"@3=\"2\"");
  EXPECT_EQ(table.forward().next(), "corruption");
  EXPECT_EQ(table.verify(), "corruption: 000007.sst at 0");
}

TEST_F(BrokenTables, AFrameThatIsNone) {
  const std::string frame = framed_block("block", Compression::lz4, 77);
  const auto tried = [](std::string_view bytes, std::uint64_t offset, const std::string& what) {
    const std::string call = announce("open " + what);
    const auto opened = open_frame(bytes, {7, offset}, "db/000007.sst");
    const std::string seen = opened ? "opened" : told_error(opened.error());
    observe(call, seen);
    EXPECT_EQ(seen, "corruption: 000007.sst at " + std::to_string(offset));
  };
  tried(frame, 78, "a frame in another place");
  tried(framed_block("block", Compression::lz4, 77, 6), 77, "a frame of another table");
  tried(frame + '\0', 77, "a frame with a byte behind it");
  tried(framed_block("block", static_cast<Compression>(3), 77), 77, "a frame compressed by way 3");
  for (std::size_t size = 0; size < frame.size(); ++size) {
    tried(std::string_view(frame).substr(0, size), 77,
          "the first " + std::to_string(size) + " bytes of a frame");
  }
  std::string other = frame;
  other[5] = static_cast<char>(Compression::zstd);
  tried(other, 77, "a frame said to be compressed in another way");
}

TEST_F(BrokenTables, AFooterThatIsNone) {
  const TableFooter right = right_footer();
  const std::string footer = footer_bytes(right, 4'096);
  const auto tried = [](std::string_view bytes, std::uint64_t size, const std::string& what) {
    const std::string call = announce(what);
    const auto decoded = decode_footer(bytes, size, "db/000007.sst");
    const std::string seen = decoded ? "a footer" : told_error(decoded.error());
    observe(call, seen);
    return seen.substr(0, seen.find(" at"));
  };
  const std::string corruption = "corruption: 000007.sst";
  EXPECT_EQ(tried(footer, 4'096, "a footer"), "a footer");
  EXPECT_EQ(tried(footer, 4'095, "one for a larger file"), corruption);
  EXPECT_EQ(tried(footer, 4'097, "one for a smaller file"), corruption);
  EXPECT_EQ(tried(footer.substr(1), 4'096, "one that lacks its first byte"), corruption);
  EXPECT_EQ(tried("", 0, "nothing"), corruption);
  std::string magic = footer;
  magic.back() = 'T';
  EXPECT_EQ(tried(magic, 4'096, "one of another kind of file"), corruption);
  EXPECT_EQ(tried(footer_bytes(right, 4'096, 2), 4'096, "one of a newer version"),
            "invalid_argument");
  EXPECT_EQ(tried(with_bit_flipped(footer_bytes(right, 4'096, 2), 3), 4'096,
                  "a damaged one of a newer version"),
            corruption);
  EXPECT_EQ(tried(footer_bytes(right, 4'096, 1, 1), 4'096, "one with a 1 for its 0"), corruption);
}

TEST_F(BrokenTables, AFooterThatLeadsOutOfTheFile) {
  const TableFooter right = right_footer();
  const std::uint64_t blocks_end = with_footer(right).size() - 80;
  std::string seen;
  announce("footers that lead out of the file");
  for (BlockHandle TableFooter::* const part :
       {&TableFooter::filter, &TableFooter::index, &TableFooter::properties}) {
    const std::uint64_t offset = (right.*part).offset;
    for (const BlockHandle wrong :
         {BlockHandle{offset, blocks_end - offset - 8}, BlockHandle{blocks_end - 8, 0},
          BlockHandle{offset, ~std::uint64_t{0}}, BlockHandle{~std::uint64_t{0} - 8, 8},
          BlockHandle{std::uint64_t{1} << 63, std::uint64_t{1} << 63},
          BlockHandle{offset, std::uint64_t{1} << 40}}) {
      TableFooter footer = right;
      footer.*part = wrong;
      const auto decoded =
          decode_footer(footer_bytes(footer, blocks_end + 80), blocks_end + 80, "db/000007.sst");
      seen += decoded ? "a footer " : std::string(name(decoded.error().code())) + " ";
    }
  }
  observe("footers that lead out of the file", seen);
  EXPECT_EQ(seen.find("footer"), seen.npos) << seen;
}

TEST_F(BrokenTables, ATableOfAnotherNumberOrVersion) {
  TableFooter other = right_footer();
  EXPECT_EQ(opened(with_footer(other)), "ok");
  other.number = 8;
  EXPECT_EQ(opened(with_footer(other)).substr(0, 22), "corruption: 000007.sst");
  EXPECT_EQ(opened(with_footer(right_footer(), 2)), "invalid_argument");
}

TEST_F(BrokenTables, AFileThatGrewOrLostItsMiddle) {
  const std::string file = three_blocks().finish();
  EXPECT_EQ(opened(file + std::string(80, '\0')).substr(0, 22), "corruption: 000007.sst");
  EXPECT_EQ(opened(file + file).substr(0, 22), "corruption: 000007.sst");
  EXPECT_EQ(opened(file.substr(0, 41) + file.substr(82)).substr(0, 22), "corruption: 000007.sst");
}

TEST_F(BrokenTables, APartThatStandsElsewhere) {
  // Every block is whole, and the footer leads to the wrong ones.
  TableFooter footer = right_footer();
  std::swap(footer.filter, footer.index);
  EXPECT_EQ(opened(with_footer(footer)).substr(0, 22), "corruption: 000007.sst");
  footer = right_footer();
  footer.index = footer.properties;
  EXPECT_EQ(opened(with_footer(footer)).substr(0, 22), "corruption: 000007.sst");
  footer = right_footer();
  footer.filter = footer.index;
  EXPECT_EQ(opened(with_footer(footer)).substr(0, 22), "corruption: 000007.sst");
}

TEST_F(BrokenTables, AnIndexThatIsNone) {
  const auto tried = [](const std::string& what, const auto& change) {
    TableBytes table = three_blocks();
    change(table);
    step(what);
    const std::string seen = opened(table.finish());
    EXPECT_EQ(seen, "corruption: 000007.sst at " + std::to_string(table.footer.index.offset));
  };
  tried("a handle is cut", [](TableBytes& table) { table.index[1].value.pop_back(); });
  tried("a handle has more behind it", [](TableBytes& table) { table.index[1].value += '\0'; });
  tried("a handle is another block's",
        [](TableBytes& table) { table.index[1].value = table.index[0].value; });
  tried("two handles have changed places",
        [](TableBytes& table) { std::swap(table.index[0].value, table.index[1].value); });
  tried("two keys have changed places",
        [](TableBytes& table) { std::swap(table.index[0].key, table.index[1].key); });
  tried("a key is none", [](TableBytes& table) { table.index[1].key[1] = '\2'; });
  tried("the block is none", [](TableBytes& table) { table.index_block = "no block"; });
  tried("the block is empty bytes", [](TableBytes& table) { table.index_block = ""; });
  tried("a length leads too far", [](TableBytes& table) {
    table.index_block = block_of(entry_bytes(0, 20, 2, "short"), {0});
  });
}

TEST_F(BrokenTables, ABlockThatEndsBeforeTheKeyInTheIndex) {
  TableBytes bytes;
  bytes.add_block({{ikey("a", 3), "1"}, {ikey("b", 3), "2"}});
  const std::uint64_t at = bytes.add_block({{ikey("c", 3), "3"}});
  bytes.add_block({{ikey("e", 3), "4"}});
  bytes.index[1].key = ikey("d", 3);
  ToldTable table(bytes);
  EXPECT_EQ(table.find("c"), "\"c\"@3=\"3\"");
  EXPECT_EQ(table.find("c", 2), "corruption: 000007.sst at " + std::to_string(at));
  EXPECT_EQ(table.find("e"), "\"e\"@3=\"4\"");
  EXPECT_EQ(table.verify(), "corruption: 000007.sst at " + std::to_string(at));
}

TEST_F(BrokenTables, ABlockThatIsNone) {
  TableBytes bytes;
  bytes.add_block({{ikey("a", 3), "1"}});
  const std::uint64_t none = bytes.add_bytes(ikey("b", 3), "no block, but framed");
  const std::uint64_t short_key =
      bytes.add_bytes(ikey("c", 3), block_of(entry_bytes(0, 3, 1, "c@3v"), {0}));
  const std::uint64_t far =
      bytes.add_bytes(ikey("d", 3), block_of(entry_bytes(0, 9, 90, ikey("d", 3)), {0}));
  bytes.add_block({{ikey("e", 3), "5"}});
  bytes.user_keys = {"a", "b", "c", "d", "e"};
  bytes.properties.entries = 5;
  bytes.properties.data_bytes = 50;
  ToldTable table(bytes);
  const std::string place = "corruption: 000007.sst at ";
  EXPECT_EQ(table.find("b"), place + std::to_string(none));
  EXPECT_EQ(table.find("c"), place + std::to_string(short_key));
  EXPECT_EQ(table.find("d"), place + std::to_string(far));
  EXPECT_EQ(table.find("e"), "\"e\"@3=\"5\"");
  EXPECT_EQ(table.verify(), place + std::to_string(none));
  for (const char* key : {"b", "c", "d"}) {
    EXPECT_EQ(table.forward().seek(ikey(key, 3)), "corruption");
    ToldWalk reverse = table.reverse();
    reverse.seek(ikey(key, 3));
    const std::uint64_t at = *key == 'b' ? none : *key == 'c' ? short_key : far;
    EXPECT_EQ(told_status(reverse.walk().status()), place + std::to_string(at));
  }
  EXPECT_EQ(table.forward().rest(), "\"a\"@3=\"1\" corruption");
  EXPECT_EQ(table.reverse().rest(), "\"e\"@3=\"5\" corruption");
}

TEST_F(BrokenTables, AKindThatDoesNotExist) {
  TableBytes bytes;
  std::string strange = ikey("b", 3);
  strange[1] = '\2';
  bytes.add_block({{ikey("a", 3), "1"}, {strange, "2"}, {ikey("c", 3), "3"}});
  ToldTable table(bytes);
  EXPECT_EQ(table.find("b", 4), "corruption: 000007.sst at 0");
  EXPECT_EQ(table.find("c"), "\"c\"@3=\"3\"");
  EXPECT_EQ(table.verify(), "corruption: 000007.sst at 0");
}

TEST_F(BrokenTables, PropertiesOfAnotherTable) {
  const auto tried = [](const std::string& what, const auto& change) {
    TableBytes table = three_blocks();
    change(table.properties);
    step(what);
    ToldTable told(table.finish());
    const std::string seen = told.opened() == "ok" ? told.verify() : told.opened();
    EXPECT_EQ(seen.substr(0, 22), "corruption: 000007.sst");
  };
  tried("a block more", [](TableProperties& told) { ++told.data_blocks; });
  tried("a byte more", [](TableProperties& told) { ++told.data_bytes; });
  tried("an entry more", [](TableProperties& told) { ++told.entries; });
  tried("an entry less", [](TableProperties& told) { --told.entries; });
  tried("no tombstone", [](TableProperties& told) { told.tombstones = 0; });
  tried("a smaller smallest", [](TableProperties& told) { told.smallest = ikey("a", 9); });
  tried("a larger smallest", [](TableProperties& told) { told.smallest = ikey("b", 8); });
  tried("a larger largest", [](TableProperties& told) { told.largest = ikey("f", 4); });
}

TEST_F(BrokenTables, VerifySeesEntriesOutOfOrder) {
  TableBytes inside;
  inside.add_block({{ikey("a", 3), "1"}});
  const std::uint64_t second =
      inside.add_block({{ikey("c", 3), "2"}, {ikey("b", 3), "3"}, {ikey("d", 3), "4"}});
  ToldTable table(inside);
  EXPECT_EQ(table.verify(), "corruption: 000007.sst at " + std::to_string(second));
  // Over the border of two blocks, either in order.
  TableBytes across;
  across.add_block({{ikey("a", 3), "1"}, {ikey("c", 3), "2"}});
  across.add_block({{ikey("b", 3), "3"}, {ikey("d", 3), "4"}});
  ToldTable other(across);
  EXPECT_EQ(other.verify().substr(0, 22), "corruption: 000007.sst");
  // The same version twice.
  TableBytes twice;
  twice.add_block({{ikey("a", 3), "1"}, {ikey("a", 3), "1"}});
  ToldTable third(twice);
  EXPECT_EQ(third.verify(), "corruption: 000007.sst at 0");
}

TEST_F(BrokenTables, VerifySeesAFilterThatDeniesAKey) {
  TableBytes bytes = three_blocks();
  bytes.filter = filter_of({"b", "e"});
  ToldTable table(bytes);
  EXPECT_EQ(table.verify(), "corruption: 000007.sst at 41");
}

}  // namespace
}  // namespace kv::test
