// The real bench_peers: a small run of one row, and wrong arguments.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/workloads/child.h"
#include "tests/support/expect.h"
#include "tests/support/temporary_directory.h"

namespace kv::bench {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

Ended bench_peers(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), BENCH_PEERS_PATH);
  Result<Ended> ended = run_child(arguments, std::chrono::minutes(5));
  EXPECT_TRUE(test::ok(ended));
  return ended ? *ended : Ended{};
}

TEST(BenchPeers, MeasuresARowBesideEveryPeerAndTellsWhetherItsBarIsMet) {
  const test::TemporaryDirectory folder;
  const std::string file = folder.path() + "/peers.json";
  const std::string stores = folder.path() + "/stores";
  std::filesystem::create_directory(stores);
  const Ended ended = bench_peers({"--entries", "2000", "--rounds", "1", "--only", "readseq",
                                   "--json", file, "--directory", stores});
  const bool met = ended.output.find("bars met: 1 of 1;") != std::string::npos;
  EXPECT_EQ(ended.code, met ? 0 : 1) << ended.errors;
  EXPECT_THAT(ended.output, HasSubstr("entries 2000, "));
  EXPECT_THAT(ended.output, HasSubstr("\nleveldb: "));
  EXPECT_THAT(ended.output, HasSubstr("\nreadseq  "));
  std::ifstream written(file);
  const Json list = Json::parse(written);
  ASSERT_EQ(list.size(), 3U);
  for (const Json& entry : list) {
    EXPECT_EQ(entry["workload"], "readseq");
    EXPECT_EQ(entry["ours"], "lsm");
    EXPECT_EQ(entry["settings"]["entries"], 2000);
    EXPECT_EQ(entry["settings"]["rounds"], 1);
    if (entry.contains("trouble")) {
      EXPECT_THAT(entry["trouble"].get<std::string>(), HasSubstr("was not found"));
      EXPECT_TRUE(entry["ratio_median"].is_null());
      continue;
    }
    EXPECT_GT(entry["ours_us"], 0);
    EXPECT_GT(entry["peer_us"], 0);
    EXPECT_GT(entry["ratio_min"], 0);
    EXPECT_LE(entry["ratio_min"], entry["ratio_max"]);
    EXPECT_EQ(entry["runs"], 1);
  }
  EXPECT_TRUE(std::filesystem::is_empty(stores));
}

TEST(BenchPeers, HelpThatCannotBeWrittenIsACode) {
  EXPECT_EQ(std::system(BENCH_PEERS_PATH " --help > /dev/full 2> /dev/null") >> 8, 2);
  EXPECT_EQ(std::system(BENCH_PEERS_PATH " --help > /dev/null") >> 8, 0);
}

TEST(BenchPeers, WrongArgumentsAreOneLine) {
  struct Wrong {
    std::vector<std::string> arguments;
    const char* complaint;
  };
  for (const Wrong& wrong : std::initializer_list<Wrong>{
           {{"--only", "readsek"}, "no row has that; there are: fillseq; "},
           {{"--rounds", "0"}, "--rounds: must be 1 or more"},
           {{"--entries", "0"}, "--entries: must be 1 or more"},
           {{"--entries", "10000000000000001"}, "--key-bytes 16 has room for"},
           {{"--directory", "/absent"}, "/absent: No such file"},
           {{"--json", "/absent/file"}, "/absent/file cannot be written"},
           {{"--frob"}, "--frob"},
       }) {
    SCOPED_TRACE(testing::PrintToString(wrong.arguments));
    const Ended ended = bench_peers(wrong.arguments);
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.output, "");
    EXPECT_TRUE(ended.errors.starts_with("bench_peers: ")) << ended.errors;
    EXPECT_EQ(std::ranges::count(ended.errors, '\n'), 1) << ended.errors;
    EXPECT_THAT(ended.errors, HasSubstr(wrong.complaint));
  }
}

}  // namespace
}  // namespace kv::bench
