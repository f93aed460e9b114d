// Task 5.2: bytes that are no block, or not what was written: each length is compared with what is
// there before it is used.

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "base/checksum.h"
#include "tests/05-sstable/told_block.h"

namespace kv::test {
namespace {

using namespace std::string_literals;

constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();

// Lengths that lead too far: alone, or together with another whose sum with them is small again.
constexpr std::array<std::uint64_t, 8> too_long = {200,        1 << 14,   0x7fff'ffff, 0xffff'ffff,
                                                   1ULL << 32, huge >> 1, huge - 15,   huge};

class BrokenBlocks : public testing::Test {
 protected:
  static std::string told(const Status& status, std::size_t entries) {
    return status ? std::to_string(entries) + " entries" : std::string(name(status.error().code()));
  }

  static std::string walked(const Block& block, Direction direction) {
    const auto walk = block.iterate(direction);
    std::size_t entries = 0;
    while (walk->next()) ++entries;
    return told(walk->status(), entries);
  }

  // What comes of opening the bytes and reading all of them in one of three ways; the search is for
  // what stands behind all entries. Where it is noticed, at the opening or later, is no matter.
  static std::string forward(const std::string& bytes) {
    const auto block = make_block(bytes);
    return block ? walked(**block, Direction::forward) : std::string(name(block.error().code()));
  }
  static std::string reverse(const std::string& bytes) {
    const auto block = make_block(bytes);
    return block ? walked(**block, Direction::reverse) : std::string(name(block.error().code()));
  }
  static std::string search(const std::string& bytes) {
    const auto block = make_block(bytes);
    if (!block) return std::string(name(block.error().code()));
    std::string key;
    const auto found = (*block)->first_at_or_after(ikey("\xff\xff", 0), key);
    if (!found) return std::string(name(found.error().code()));
    return found->has_value() ? "an entry" : "none";
  }

  // All three notice it.
  static void expect_noticed(const std::string& what, const std::string& bytes) {
    const std::string call = announce(what + ", " + std::to_string(bytes.size()) + " bytes");
    const std::string seen = forward(bytes) + ", " + reverse(bytes) + ", " + search(bytes);
    observe(call, seen);
    EXPECT_EQ(seen, "corruption, corruption, corruption");
  }
  static void expect_not_opened(const std::string& what, const std::string& bytes) {
    const std::string call = announce(what + ": " + test::quoted(bytes));
    const auto block = make_block(bytes);
    const std::string seen(block ? "opened" : name(block.error().code()));
    observe(call, seen);
    EXPECT_EQ(seen, "corruption");
  }

  // "a" is whole; behind it stands the entry in question, and it may be the last.
  static void expect_entry_noticed(const std::string& what, const std::string& entry) {
    const std::string good = entry_bytes(0, 9, 1, ikey("a") + "1");
    const std::string next = entry_bytes(0, 9, 1, ikey("z") + "9");
    expect_noticed(what + " at the end", block_of(good + entry, {0}));
    expect_noticed(what + " in the middle", block_of(good + entry + next, {0}));
  }

  // Reads everything there is to read, and says how much of it no block of these bytes could hold.
  static std::size_t wild_answers(const std::string& bytes) {
    const auto block = make_block(bytes);
    if (!block) return failed_with(Code::corruption, block) ? 0 : 1;
    std::size_t wild = 0;
    const auto look = [&](std::string_view key, std::string_view value) {
      const bool possible = key.size() >= tag_bytes && key.size() + value.size() <= bytes.size();
      wild += possible ? 0 : 1;
      if (possible && checksum(key) == checksum(value)) ++wild;  // every byte of both is read
    };
    for (const Direction direction : {Direction::forward, Direction::reverse}) {
      const auto walk = (*block)->iterate(direction);
      std::size_t steps = 0;
      while (walk->next() && ++steps <= bytes.size()) look(walk->key(), walk->value());
      if (steps > bytes.size() ||
          !(walk->status() || failed_with(Code::corruption, walk->status())))
        ++wild;
      for (const char* const target : {"", "k005", "k010", "\xff"}) {
        const auto sought = (*block)->iterate(direction);
        for (bool on = sought->seek(ikey(target)); on; on = sought->next()) {
          look(sought->key(), sought->value());
        }
        std::string key;
        const auto found = (*block)->first_at_or_after(ikey(target), key);
        if (found && *found) look((*found)->key, (*found)->value);
      }
    }
    return wild;
  }
  static void expect_tame(const std::string& what, const std::vector<std::string>& blocks) {
    const std::string call = announce(what + ", " + std::to_string(blocks.size()) + " times");
    std::size_t wild = 0;
    for (const std::string& bytes : blocks) wild += wild_answers(bytes);
    observe(call, std::to_string(wild) + " answers that cannot be");
    EXPECT_EQ(wild, 0u);
  }
};

TEST_F(BrokenBlocks, TooShortForANumber) {
  for (std::size_t size = 0; size < 4; ++size) expect_not_opened("zeros", std::string(size, '\0'));
}

TEST_F(BrokenBlocks, MoreRestartPointsThanThereIsRoomFor) {
  const std::string entry = entry_bytes(0, 9, 0, ikey("a"));
  for (const std::uint32_t count : {2u, 4u, 5u, 6u, 0x3fff'ffffu, 0x4000'0000u, 0x4000'0001u,
                                    0x4000'0002u, 0x8000'0000u, 0xffff'fffeu, 0xffff'ffffu}) {
    std::string number;
    append_fixed32(number, count);
    expect_not_opened("a number alone", number);
    expect_not_opened("an entry, a restart point and a number",
                      entry + std::string(4, '\0') + number);
  }
}

TEST_F(BrokenBlocks, ARestartPointOrNoneWhereItCannotBe) {
  const std::string entry = entry_bytes(0, 9, 0, ikey("a"));  // 12 bytes
  expect_not_opened("no restart point, but an entry", block_of(entry, {}));
  expect_not_opened("a restart point without entries", block_of("", {0}));
  for (const std::uint32_t at : {1u, 11u, 12u, 0xffff'ffffu}) {
    expect_not_opened("the first one not 0", block_of(entry, {at}));
  }
}

TEST_F(BrokenBlocks, RestartPointsAscendAndStayAmongTheEntries) {
  const std::string entries = entry_bytes(0, 9, 0, ikey("a")) + entry_bytes(0, 9, 0, ikey("b")) +
                              entry_bytes(0, 9, 0, ikey("c"));
  ToldBlock whole(block_of(entries, {0, 12, 24}));
  EXPECT_EQ(whole.first_at_or_after(ikey("c")), "\"c\"@1=\"\"");
  expect_not_opened("the same twice", block_of(entries, {0, 12, 12}));
  expect_not_opened("the first twice", block_of(entries, {0, 0, 12}));
  expect_not_opened("one that goes back", block_of(entries, {0, 24, 12}));
  expect_not_opened("one at the entries' end", block_of(entries, {0, 12, 36}));
  expect_not_opened("one among the restart points", block_of(entries, {0, 12, 40}));
  expect_not_opened("one behind the block", block_of(entries, {0, 12, 4'000}));
  expect_not_opened("a very large one", block_of(entries, {0, 12, 0xffff'ffff}));
}

TEST_F(BrokenBlocks, AKeyOrAValueThatLeadsTooFar) {
  const std::string key = ikey("k");
  for (const std::uint64_t length : too_long) {
    expect_entry_noticed("a key of " + std::to_string(length),
                         entry_bytes(0, length, 1, key + "v"));
    expect_entry_noticed("a value of " + std::to_string(length),
                         entry_bytes(0, 9, length, key + "v"));
    expect_entry_noticed("both", entry_bytes(0, length, length, key + "v"));
  }
}

TEST_F(BrokenBlocks, LengthsWhoseSumIsSmall) {
  const std::string key = ikey("k");
  for (const std::uint64_t over : {0, 1, 5, 8}) {
    // Together they give `over`, in arithmetic of 64 bits.
    expect_entry_noticed("key and value", entry_bytes(0, 9, over - 9, key + "v"));
    expect_entry_noticed("key and value", entry_bytes(0, over - 10, 10, key + "v"));
    expect_entry_noticed("shared and unshared", entry_bytes(over - 9, 9, 1, key + "v"));
  }
}

TEST_F(BrokenBlocks, AValueThatEndsAByteTooLate) {
  // The key alone has room, and so has the value alone.
  for (const std::size_t late : {1, 2, 9}) {
    const std::string entry = entry_bytes(0, 9, 5 + late, ikey("k") + "value");
    expect_noticed("late by " + std::to_string(late), block_of(entry, {0}));
  }
}

TEST_F(BrokenBlocks, AKeyThatSharesMoreThanThereIs) {
  // The key before has 9 bytes.
  for (const std::uint64_t shared : {10, 11, 19, 100}) {
    expect_entry_noticed("shared " + std::to_string(shared),
                         entry_bytes(shared, 9, 1, ikey("k") + "v"));
  }
}

TEST_F(BrokenBlocks, AFirstKeyThatShares) {
  expect_noticed("the first entry of all", block_of(entry_bytes(1, 8, 0, "abcdefgh"), {0}));
  // The second restart point's entry would be right anywhere else.
  const std::string bytes =
      block_of(entry_bytes(0, 9, 0, ikey("a")) + entry_bytes(1, 9, 0, ikey("b")) +
                   entry_bytes(0, 9, 0, ikey("c")),
               {0, 12});
  expect_noticed("the first entry of an interval", bytes);
}

TEST_F(BrokenBlocks, AKeyWithoutRoomForATag) {
  for (std::size_t size = 0; size < tag_bytes; ++size) {
    const std::string bytes(size, '\1');
    expect_noticed("a first key", block_of(entry_bytes(0, size, 1, bytes + "v"), {0}));
    expect_entry_noticed("a key of " + std::to_string(size), entry_bytes(0, size, 1, bytes + "v"));
    // "a" and its tag are 9 bytes, of which it takes some.
    for (std::uint64_t shared = 1; shared + size < tag_bytes; ++shared) {
      expect_entry_noticed("shared " + std::to_string(shared) + " of " + std::to_string(size),
                           entry_bytes(shared, size, 1, bytes + "v"));
    }
  }
}

TEST_F(BrokenBlocks, ALengthThatIsNone) {
  for (const std::size_t place : {0, 1, 2}) {
    for (const std::string& length : {std::string(11, '\xff'), "\xff\x00"s, "\x80"s, "\x89\x00"s}) {
      expect_noticed("the length of number " + std::to_string(place),
                     block_of(std::string("\0\x09", place) + length, {0}));
    }
  }
}

TEST_F(BrokenBlocks, TheErrorSaysWhere) {
  const std::string front = entry_bytes(0, 9, 90, ikey("a") + std::string(90, 'v'));  // 102 bytes
  const std::string bytes = block_of(front + entry_bytes(0, 9, 5, ikey("b")), {0});
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    const std::string call = announce("what the error says");
    const auto block = make_block(bytes);
    std::string message = block ? "" : block.error().message();
    if (block) {
      const auto walk = (*block)->iterate(direction);
      while (walk->next()) {
      }
      message = walk->status() ? "" : walk->status().error().message();
    }
    const bool says = message.find("102") != std::string::npos;
    observe(call, says ? "where the entry begins" : "not where the entry begins");
    EXPECT_TRUE(says) << "the entry begins at byte 102; the error says: " << message;
  }
}

TEST_F(BrokenBlocks, AWalkThatFailedIsOver) {
  const std::string good = entry_bytes(0, 9, 1, ikey("a") + "1");
  const std::string bad = entry_bytes(0, 3, 0, "bad");
  ToldBlock block(block_of(good + bad, {0}));
  ToldWalk forward = block.forward();
  EXPECT_EQ(forward.next(), "\"a\"@1=\"1\"");
  EXPECT_EQ(forward.next(), "corruption");
  EXPECT_EQ(forward.seek(ikey("a")), "corruption");
  ToldWalk reverse = block.reverse();
  EXPECT_EQ(reverse.next(), "corruption");
  EXPECT_EQ(reverse.next(), "corruption");
}

TEST_F(BrokenBlocks, ABlockMadeToSwellDoesNot) {
  // Each key is that of 60,000 bytes before it with another tag: 180 KB of bytes, and all keys in
  // full more than 600 MB.
  std::string entries = entry_bytes(0, 60'008, 0, ikey(std::string(60'000, 'k'), 15'000));
  for (SequenceNumber sequence = 14'999; sequence > 0; --sequence) {
    entries += entry_bytes(60'000, 8, 0, ikey("", sequence));
  }
  const std::string bytes = block_of(std::move(entries), {0});
  const std::string call = announce("a block whose keys in full would not fit into memory");
  const std::string seen = forward(bytes) + ", " + reverse(bytes);
  observe(call, seen);
  EXPECT_EQ(seen, "15000 entries, 15000 entries");
}

TEST_F(BrokenBlocks, CutAnywhereItIsStillSafe) {
  const std::string whole = block_of(numbered(17), 4);
  std::vector<std::string> blocks;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    blocks.push_back(whole.substr(0, size));
    blocks.push_back(whole.substr(size));
  }
  expect_tame("a block that was cut", blocks);
}

TEST_F(BrokenBlocks, WithAnyBitFlippedItIsStillSafe) {
  const std::string whole = block_of(numbered(11), 4);
  std::vector<std::string> blocks;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    blocks.push_back(whole);
    char& byte = blocks.back()[bit / 8];
    byte = static_cast<char>(byte ^ 1 << bit % 8);
  }
  expect_tame("a block with a bit flipped", blocks);
}

TEST_F(BrokenBlocks, WithSomeBytesReplacedItIsStillSafe) {
  Random random(test::seed() * 1000 + 54);
  std::vector<std::string> blocks;
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes = block_of(numbered(1 + random.below(12)), 1 + random.below(5));
    for (std::size_t left = 1 + random.below(4); left > 0; --left) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    blocks.push_back(std::move(bytes));
  }
  expect_tame("a block with some bytes replaced", blocks);
}

TEST_F(BrokenBlocks, AnyBytesAreSafe) {
  Random random(test::seed() * 1000 + 55);
  std::vector<std::string> blocks;
  for (int round = 0; round < 2'000; ++round) {
    std::string entries = random.bytes(random.below(80));
    for (char& byte : entries) {
      if (random.below(3) != 0) byte = static_cast<char>(random.below(12));
    }
    std::vector<std::uint32_t> restarts(1, 0);
    for (std::size_t left = random.below(4); left > 0; --left) {
      restarts.push_back(restarts.back() + 1 + static_cast<std::uint32_t>(random.below(20)));
    }
    blocks.push_back(block_of(std::move(entries), restarts));
  }
  expect_tame("random bytes with restart points", blocks);
}

}  // namespace
}  // namespace kv::test
