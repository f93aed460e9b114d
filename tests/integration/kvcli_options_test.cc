// The numbers among the options of kvcli itself: what they take, and what is said of others.

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/integration/kvcli_run.h"

namespace kv::test {
namespace {

using testing::HasSubstr;
using KvcliOptions = Kvcli;

constexpr std::string_view byte_options[] = {"--write-buffer", "--block-cache", "--block-bytes",
                                             "--table-bytes", "--level1-bytes"};

TEST_F(KvcliOptions, ANumberThatIsNoneIsRefusedWithWhatTheOptionTakes) {
  for (const std::string_view text :
       {"18446744073709551616", "99999999999999999999999", "4X", "4MB", "M", "4 M", "4.5M",
        "0x1000", "+5", "17179869184G", "18014398509481984K", "''"}) {
    for (const std::string_view option : byte_options) {
      if (text != "4X" && option != byte_options[0]) continue;  // one text will do for the others
      const Ended ended = run(fmt::format("kvcli --engine lsm --directory db {} {} put k v", option,
                                          text == "4 M" ? "'4 M'" : text));
      EXPECT_EQ(ended.code, 2) << option << " " << text << ": " << ended;
      EXPECT_THAT(ended.errors, HasSubstr(fmt::format("{}: takes a number of bytes less than 2^64, "
                                                      "as in 4194304, or as in 4096K, 4M or 1G, in "
                                                      "powers of 1024, not \"{}\"",
                                                      option, text == "''" ? "" : text)));
      EXPECT_EQ(std::ranges::count(ended.errors, '\n'), 1) << ended.errors;
    }
  }
  for (const std::string_view text : {"18446744073709551616", "10K", "0xa"}) {
    const Ended ended =
        run(fmt::format("kvcli --engine lsm --directory db --filter-bits {} put k v", text));
    EXPECT_EQ(ended.code, 2) << text;
    EXPECT_THAT(ended.errors, HasSubstr(fmt::format("--filter-bits: takes a whole number less than "
                                                    "2^64, not \"{}\"",
                                                    text)));
  }
  EXPECT_NE(run("ls db").code, 0);  // nothing was made
}

// The least write buffer is 4096 bytes; the message for one that is too small tells what was read.
TEST_F(KvcliOptions, BytesMayBeCountedInPowersOf1024) {
  for (const std::string_view text : {"4K", "4k", "4M", "4m", "4096"}) {
    EXPECT_EQ(run(fmt::format("kvcli --engine wal --directory db --write-buffer {} put k v", text)),
              (Ended{0, "", ""}));
  }
  EXPECT_EQ(run("kvcli --engine lsm --directory levels --block-cache 1G put k v"),
            (Ended{0, "", ""}));
  for (const auto& [text, read] : {std::pair{"3K", "3072"}, {"010", "10"}}) {
    const Ended ended =
        run(fmt::format("kvcli --engine wal --directory db --write-buffer {} put k v", text));
    EXPECT_EQ(ended.code, 2) << text;
    EXPECT_THAT(ended.errors, HasSubstr(std::string(" ") + read)) << text;
    EXPECT_THAT(ended.errors, HasSubstr("4096")) << text;
  }
  EXPECT_THAT(run("kvcli --help").output,
              HasSubstr("K, M and G behind any number of bytes are powers of 1024"));
}

}  // namespace
}  // namespace kv::test
