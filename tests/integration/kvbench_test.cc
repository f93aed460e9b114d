// The real program: systems in turn, JSON, wrong arguments, and engines that go wrong.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/workloads/campaign.h"
#include "bench/workloads/child.h"
#include "tests/support/expect.h"
#include "tests/support/temporary_directory.h"

namespace kv::bench {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

Ended kvbench(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), KVBENCH_PATH);
  Result<Ended> ended = run_child(arguments, std::chrono::minutes(5));
  EXPECT_TRUE(test::ok(ended));
  return ended ? *ended : Ended{};
}

std::string faulty(std::string_view engine) {
  return std::string(KVBENCH_FAULTY_PATH) + ":" + std::string(engine);
}

TEST(Kvbench, ComparesTwoSystemsInTurn) {
  const Ended ended =
      kvbench({"--system", "one=map,two=map", "--baseline", "two", "--entries", "300", "--rounds",
               "2", "--workloads", "fillseq,readseq,fillrandom,readrandom", "--json", "-"});
  ASSERT_EQ(ended.code, 0) << ended.errors;
  const Json json = Json::parse(ended.output);
  EXPECT_EQ(json["baseline"], "two");
  EXPECT_EQ("kvbench " + json["kvbench"].get<std::string>() + "\n", kvbench({"--version"}).output);
  EXPECT_EQ(json["settings"]["entries"], 300);
  EXPECT_EQ(json["settings"]["distribution"], "the workload's own");
  EXPECT_EQ(json["settings"]["durability"], "the engine's own");
  EXPECT_EQ(json["systems"][0]["label"], "one");
  ASSERT_EQ(json["workloads"].size(), 4U);
  for (const Json& workload : json["workloads"]) {
    ASSERT_EQ(workload["systems"].size(), 2U);
    EXPECT_EQ(workload["systems"][1]["ratio"]["median"], 1.0);
    for (const Json& system : workload["systems"]) {
      ASSERT_EQ(system["rounds"].size(), 2U);
      EXPECT_GT(system["median"]["operations_per_second"], 0);
      EXPECT_GT(system["ratio"]["most"], 0);
      for (const Json& round : system["rounds"]) {
        EXPECT_EQ(round["operations"], 300);
        EXPECT_EQ(round["errors"], 0);
      }
    }
  }
  EXPECT_GT(json["workloads"][2]["systems"][0]["median"]["memory_mib"], 0);
}

TEST(Kvbench, EveryOtherRoundGoesThroughTheSystemsBackwards) {
  auto systems = find_systems(std::vector<std::string>{"a=map,b=map"}, KVBENCH_PATH);
  ASSERT_TRUE(test::ok(systems));
  const test::TemporaryDirectory folder;
  Plan plan;
  plan.directory = folder.path();
  plan.settings.entries = 10;
  plan.systems = std::move(*systems);
  plan.workloads = {*find_workload("fillseq")};
  plan.rounds = 3;
  std::vector<std::string> begun;
  ASSERT_TRUE(test::ok(
      run_campaign(plan, [&](std::string_view line) { begun.emplace_back(line.substr(0, 17)); })));
  EXPECT_THAT(begun,
              testing::ElementsAre("round 1 of 3: a: ", "round 1 of 3: b: ", "round 2 of 3: b: ",
                                   "round 2 of 3: a: ", "round 3 of 3: a: ", "round 3 of 3: b: "));
}

TEST(Kvbench, PrintsSettingsAndATable) {
  const test::TemporaryDirectory folder;
  const std::string file = folder.path() + "/all.json";
  const Ended ended = kvbench({"--system", "map", "--entries", "200", "--rounds", "1", "--seed",
                               "9", "--threads", "2", "--workloads", "ycsb-a", "--distribution",
                               "latest", "--durability", "none", "--json", file});
  ASSERT_EQ(ended.code, 0) << ended.errors;
  EXPECT_THAT(ended.output, HasSubstr("entries 200, keys 16 bytes, values 100 bytes"));
  EXPECT_THAT(ended.output, HasSubstr("seed 9"));
  EXPECT_THAT(ended.output, HasSubstr("\nycsb-a\n  system"));
  EXPECT_THAT(ended.output, HasSubstr("1.00 [1.00 ... 1.00]\n"));
  std::ifstream written(file);
  const Json json = Json::parse(written);
  EXPECT_EQ(json["workloads"][0]["name"], "ycsb-a");
  EXPECT_EQ(json["settings"]["distribution"], "latest");
  EXPECT_EQ(json["settings"]["durability"], "none");
}

TEST(Kvbench, SettingsOfTablesAreHandedOnAndPrinted) {
  const test::TemporaryDirectory folder;
  const std::string file = folder.path() + "/all.json";
  const Ended ended =
      kvbench({"--system",      "map",   "--entries",     "100",   "--rounds",       "1",
               "--block-cache", "65536", "--compression", "zstd",  "--filter-bits",  "12",
               "--block-bytes", "8192",  "--table-bytes", "65536", "--level1-bytes", "262144",
               "--json",        file});
  ASSERT_EQ(ended.code, 0) << ended.errors;
  EXPECT_THAT(ended.output, HasSubstr("of tables: block cache 65536 bytes, compression zstd, "
                                      "filter 12 bits a key, blocks 8192 bytes, tables 65536 "
                                      "bytes, level 1 262144 bytes\n"));
  std::ifstream written(file);
  const Json settings = Json::parse(written)["settings"];
  EXPECT_EQ(settings["block_cache_bytes"], 65536);
  EXPECT_EQ(settings["compression"], "zstd");
  EXPECT_EQ(settings["filter_bits_per_key"], 12);
  EXPECT_EQ(settings["block_bytes"], 8192);
  EXPECT_EQ(settings["table_bytes"], 65536);
  EXPECT_EQ(settings["level1_bytes"], 262144);
  EXPECT_EQ(settings["write_buffer_bytes"], "the engine's own");
}

TEST(Kvbench, TellsWhatPeersMakeOfTheSettings) {
  const std::string list = kvbench({"--list"}).output;
  for (const auto& [peer, compression] :
       {std::pair{"leveldb", "Snappy (it has no LZ4)"}, {"rocksdb", "lz4"}}) {
    if (list.find(std::string("  ") + peer + " ") == std::string::npos) continue;
    const Ended ended =
        kvbench({"--system",       peer,    "--entries",     "2000",
                 "--rounds",       "1",     "--workloads",   "fillrandom,readrandom",
                 "--write-buffer", "65536", "--block-cache", "0",
                 "--compression",  "lz4",   "--filter-bits", "10",
                 "--block-bytes",  "2048",  "--table-bytes", "1048576"});
    EXPECT_EQ(ended.code, 0) << ended.errors;
    EXPECT_THAT(
        ended.output,
        HasSubstr(std::string(peer) +
                  ": write buffer 65536 bytes, block cache 0 bytes, compression " + compression +
                  ", filter 10 bits a key, blocks 2048 bytes, tables 1048576 bytes, level 1 "));
  }
}

TEST(Kvbench, CompactsThePeersThatCanBeCompacted) {
  const std::string list = kvbench({"--list"}).output;
  for (const char* peer : {"leveldb", "rocksdb"}) {
    if (list.find(std::string("  ") + peer + " ") == std::string::npos) continue;
    // A log takes all that was put; a table, of values that repeat one byte, a fraction.
    const Ended ended =
        kvbench({"--system", peer, "--entries", "2000", "--rounds", "1", "--compressible", "1",
                 "--workloads", "fillrandom,compact", "--json", "-"});
    ASSERT_EQ(ended.code, 0) << ended.errors;
    const Json workloads = Json::parse(ended.output)["workloads"];
    const auto disk_bytes = [&](std::size_t workload) {
      return workloads[workload]["systems"][0]["rounds"][0]["disk_bytes"].get<double>();
    };
    EXPECT_LT(disk_bytes(1), disk_bytes(0) / 2) << peer;
  }
}

TEST(Kvbench, ListsWhatThereIs) {
  const Ended ended = kvbench({"--list"});
  EXPECT_EQ(ended.code, 0);
  for (const char* name : {"engines\n", "  map ", "workloads\n", "  fillseq ", "  ycsb-f "})
    EXPECT_THAT(ended.output, HasSubstr(name));
}

TEST(Kvbench, WrongArgumentsAreOneLine) {
  struct Wrong {
    std::vector<std::string> arguments;
    const char* complaint;
  };
  for (const Wrong& wrong : std::initializer_list<Wrong>{
           {{"--system", "mapp"}, "did you mean map?"},
           {{"--system", "absent/kvbench:map"}, "absent/kvbench: No such file"},
           {{"--system", "/bin/true:map"}, "does not answer as a kvbench does"},
           {{"--system", "map,map"}, "two systems are called map"},
           {{"--system", "map", "--baseline", "hash"}, "there are: map"},
           {{"--workloads", "fillsek"}, "did you mean fillseq?"},
           {{"--workloads", ""}, "no workload is called \"\""},
           {{"--workloads", "a\nb"}, "no workload is called \"a\\x0ab\""},
           {{"--seconds", "1e300"}, "--seconds must be 1000000 s or less"},
           {{"--warm-up", "1e300s"}, "--warm-up must be 1000000 s or less"},
           {{"--directory", "/absent"}, "/absent: No such file"},
           {{"--json", "/absent/file"}, "/absent/file cannot be written"},
           {{"--distribution", "normal"}, "there are uniform, zipfian, latest"},
           {{"--durability", "disk"}, "there are none, wal and sync"},
           {{"--compression", "snappy"}, "there are none, lz4 and zstd"},
           {{"--block-bytes", "0"}, "--block-bytes must be 1 or more"},
           {{"--filter-bits", "41"}, "--filter-bits must be 40 or less"},
           {{"--filter-bits", "-1"}, "--filter-bits: must be 0 or more"},
           {{"--block-cache", "-1"}, "--block-cache: must be 0 or more"},
           {{"--block-bytes", "-1"}, "--block-bytes: must be 0 or more"},
           {{"--write-buffer", "-1"}, "--write-buffer: must be 0 or more"},
           {{"--entries", "0"}, "--entries"},
           {{"--entries", "1e6"}, "--entries"},
           {{"--entries", "-5"}, "--entries: must be 1 or more"},
           {{"--entries=-5"}, "--entries: must be 1 or more"},
           {{"--value-bytes", "-1"}, "--value-bytes: must be 0 or more"},
           {{"--latency-every", "-1"}, "--latency-every: must be 0 or more"},
           {{"--seed", "-1"}, "--seed: must be 0 or more"},
           {{"--seed", "18446744073709551616"}, "--seed: takes a whole number less than 2^64"},
           {{"--entries", "18446744073709551616"}, "--entries: takes a whole number less than"},
           {{"--ops", "99999999999999999999"}, "--ops: takes a whole number less than 2^64"},
           {{"--threads", "99999999999999999999"}, "--threads: takes a whole number less than"},
           {{"--latency-every", "99999999999999999999"}, "--latency-every: takes a whole number"},
           {{"--rounds", "99999999999999999999"}, "--rounds: takes a whole number"},
           {{"--limit", "99999999999999999999"}, "--limit: takes a whole number"},
           {{"--warm-up", "99999999999999999999"}, "--warm-up takes operations"},
           {{"--value-bytes", "17179869184G"}, "--value-bytes: takes a number of bytes less than"},
           {{"--value-bytes", "1G"}, "--value-bytes must be 67108864 or less"},
           {{"--write-buffer", "4X"}, "--write-buffer: takes a number of bytes less than 2^64"},
           {{"--key-bytes", "2"}, "room for 100 different keys"},
           {{"--warm-up", "2m"}, "--warm-up takes"},
           {{"--threads", "0"}, "--threads"},
           {{"--ops", "0"}, "--ops: must be 1 or more"},
           {{"--read-share", "2"}, "--read-share must be from 0 to 1"},
           {{"--frob"}, "--frob"},
       }) {
    SCOPED_TRACE(testing::PrintToString(wrong.arguments));
    const Ended ended = kvbench(wrong.arguments);
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.output, "");
    EXPECT_TRUE(ended.errors.starts_with("kvbench: ")) << ended.errors;
    EXPECT_EQ(std::ranges::count(ended.errors, '\n'), 1) << ended.errors;
    EXPECT_THAT(ended.errors, HasSubstr(wrong.complaint));
  }
}

TEST(Kvbench, WhatCannotBeWrittenIsACode) {
  const auto code_of = [](const std::string& arguments) {
    return std::system((KVBENCH_PATH " " + arguments).c_str()) >> 8;
  };
  EXPECT_EQ(code_of("--list > /dev/full 2> /dev/null"), 2);
  EXPECT_EQ(code_of("--help > /dev/full 2> /dev/full"), 2);
  EXPECT_EQ(code_of("--frob 2>&-"), 2);
  EXPECT_EQ(code_of("--entries 10 --rounds 9 --json - > /dev/full 2> /dev/full"), 2);
  EXPECT_EQ(code_of("--entries 10 --rounds 1 > /dev/null 2> /dev/full"), 0);
}

TEST(Kvbench, ASystemThatGoesWrongIsReportedAndTheOthersGoOn) {
  const test::TemporaryDirectory folder;
  const std::string systems = "map,crash=" + faulty("crash") + ",leave=" + faulty("leave") +
                              ",hole=" + faulty("hole") + ",thread=" + faulty("hole-in-thread") +
                              ",loud=" + faulty("loud") + ",liar=" + faulty("liar") +
                              ",none=" + faulty("none");
  const Ended ended =
      kvbench({"--system", systems, "--entries", "100", "--rounds", "2", "--workloads",
               "fillseq,readrandom", "--directory", folder.path(), "--json", "-"});
  EXPECT_EQ(ended.code, 1) << ended.errors;
  const Json json = Json::parse(ended.output);
  const auto trouble = [&](std::size_t workload, std::size_t system) {
    return json["workloads"][workload]["systems"][system].value("trouble", "");
  };
  EXPECT_EQ(trouble(0, 0), "");
  EXPECT_EQ(json["workloads"][1]["systems"][0]["rounds"].size(), 2U);
  EXPECT_THAT(trouble(0, 1), HasSubstr("crashed: Aborted"));
  EXPECT_EQ(trouble(1, 1), "not run: fillseq failed");
  EXPECT_EQ(trouble(0, 2), "round 1: ended early, with code 0");
  EXPECT_THAT(trouble(0, 3), HasSubstr("round 1: not written yet: lab 1.1, tests/integration/"));
  EXPECT_THAT(trouble(0, 4), HasSubstr("round 1: not written yet: lab 1.1, tests/integration/"));
  EXPECT_EQ(trouble(0, 5), "");
  EXPECT_EQ(json["workloads"][0]["systems"][5]["rounds"].size(), 2U);
  EXPECT_EQ(trouble(0, 6), "");
  EXPECT_THAT(trouble(1, 6), HasSubstr("100 wrong answers in 100 operations"));
  EXPECT_THAT(trouble(0, 7), HasSubstr("open: io_error: there is no disk"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Kvbench, AWorkloadThatAStoreDoesNotOfferIsLeftOffAndTheNextIsDone) {
  const Ended ended = kvbench(
      {"--system", "map,scanless=" + faulty("scanless"), "--entries", "50", "--rounds", "2",
       "--workloads", "readseq,seekrandom,ycsb-e,readrandom", "--threads", "2", "--json", "-"});
  ASSERT_EQ(ended.code, 0) << ended.errors;
  const Json workloads = Json::parse(ended.output)["workloads"];
  for (std::size_t i = 0; i < 3; ++i) {
    const Json& row = workloads[i]["systems"][1];
    EXPECT_EQ(row["trouble"], "unimplemented: no scan is offered here");
    EXPECT_FALSE(row.contains("median"));
  }
  EXPECT_FALSE(workloads[3]["systems"][1].contains("trouble"));
  EXPECT_GT(workloads[3]["systems"][1]["ratio"]["median"], 0);
}

TEST(Kvbench, APersistentEngineGetsAFolderThatIsRemoved) {
  const test::TemporaryDirectory folder;
  const Ended ended = kvbench({"--system", "disk=" + faulty("disk") + ",map", "--entries", "50",
                               "--rounds", "1", "--directory", folder.path(), "--json", "-"});
  ASSERT_EQ(ended.code, 0) << ended.errors;
  const Json rows = Json::parse(ended.output)["workloads"][0]["systems"];
  EXPECT_GE(rows[0]["rounds"][0]["disk_bytes"], 64 << 10);
  EXPECT_FALSE(rows[1]["rounds"][0].contains("disk_bytes"));
  EXPECT_TRUE(rows[0]["rounds"][0].contains("written_bytes"));
  EXPECT_FALSE(rows[1]["rounds"][0].contains("written_bytes"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Kvbench, WhatAnEngineCountsOfItselfIsInTheReport) {
  const Ended ended = kvbench({"--system", "sstable,map", "--entries", "50", "--rounds", "1",
                               "--workloads", "readrandom", "--json", "-"});
  ASSERT_EQ(ended.code, 0) << ended.errors;
  const Json rows = Json::parse(ended.output)["workloads"][0]["systems"];
  EXPECT_EQ(rows[0]["rounds"][0]["statistics"]["sequence"], 50);
  EXPECT_TRUE(rows[0]["rounds"][0]["statistics"].contains("block_cache_hits"));
  EXPECT_FALSE(rows[1]["rounds"][0].contains("statistics"));
}

}  // namespace
}  // namespace kv::bench
