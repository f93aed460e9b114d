#include "apps/kvcourse/lab.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/expect.h"
#include "tests/support/temporary_directory.h"

namespace kv::course {
namespace {

namespace fs = std::filesystem;
using kv::test::fails_with;
using kv::test::ok;

// A project with one lab, whose lab.toml a case writes.
class LabToml : public testing::Test {
 protected:
  LabToml() {
    fs::create_directories(root_ / "tests/04-wal");
    fs::create_directories(root_ / "tests/support");
  }

  Result<Lab> load(const std::string& text) {
    std::ofstream(root_ / "tests/04-wal/lab.toml") << text;
    return load_lab(root_, "4");
  }

  // What is wrong with a lab.toml in which `part` is replaced.
  std::string complaint(const std::string& part, const std::string& replacement) {
    std::string text = good;
    text.replace(text.find(part), part.size(), replacement);
    const Result<Lab> lab = load(text);
    EXPECT_TRUE(fails_with(Code::invalid_argument, lab));
    return lab ? "" : lab.error().message();
  }

  static constexpr auto good = R"(title = "A log"
hours = 10.5
time_limit_s = 10
memory_limit_mb = 512
hand_in = ["writer.cc", "reader.cc"]

[[task]]
number = "4.1"
title = "framing"
points = 33.5
tests = ["Writer.*", "Frame.?"]
lesson = "framing"

[[task]]
number = "4.2"
title = "reading"
points = 66.5
tests = ["Reader.*"]
lesson = "reading"
)";

  const kv::test::TemporaryDirectory directory_;
  const fs::path root_ = directory_.path();
};

TEST_F(LabToml, IsReadWhole) {
  const Result<Lab> lab = load(good);
  ASSERT_TRUE(ok(lab));
  EXPECT_EQ(lab->number, 4);
  EXPECT_EQ(lab->name, "04-wal");
  EXPECT_EQ(lab->title, "A log");
  EXPECT_EQ(lab->hours, 10.5);
  EXPECT_EQ(lab->time_limit_s, 10);
  EXPECT_EQ(lab->memory_limit_mb, 512);
  EXPECT_EQ(lab->hand_in, (std::vector<std::string>{"writer.cc", "reader.cc"}));
  ASSERT_EQ(lab->tasks.size(), 2U);
  EXPECT_EQ(lab->tasks[0].tests, (std::vector<std::string>{"Writer.*", "Frame.?"}));
  EXPECT_EQ(lab->tasks[1].number, "4.2");
  EXPECT_EQ(lab->tasks[1].points, 66.5);
  EXPECT_EQ(lab->tasks[1].lesson, "reading");
}

TEST_F(LabToml, NamesTheLineAndWhatIsWrong) {
  struct Wrong {
    const char* part;
    const char* replacement;
    const char* complaint;
  };
  for (const Wrong& wrong : std::initializer_list<Wrong>{
           {"title = \"A log\"", "title = ", "lab.toml:1: "},
           {"title = \"A log\"", "titel = \"A log\"", "lab.toml:1: unknown key \"titel\""},
           {"title = \"A log\"", "title = 3", "lab.toml:1: title = "},
           {"title = \"A log\"\n", "", "title = \"...\" is missing"},
           {"hours = 10.5", "hours = \"ten\"", "lab.toml:2: hours must be a number"},
           {"time_limit_s = 10", "time_limit_s = 0", "lab.toml:3: time_limit_s must be a whole"},
           {"time_limit_s = 10", "time_limit_s = 1.5", "lab.toml:3: time_limit_s must be a whole"},
           {"memory_limit_mb = 512\n", "", "memory_limit_mb must be a whole number"},
           {"[\"writer.cc\", \"reader.cc\"]", "[]", "lab.toml:5: hand_in = "},
           {"\"writer.cc\"", "\"../writer.cc\"", "plain files of the lab's folder"},
           {"\"writer.cc\"", "7", "lab.toml:5: hand_in holds texts"},
           {"\"4.1\"", "\"4.3\"", "this task's number is \"4.1\", not \"4.3\""},
           {"points = 33.5", "points = -1", "lab.toml:10: points must be a number"},
           {"points = 33.5", "points = 30", "add up to 96.5, not to 100"},
           {"points = 33.5", "points = nan", "lab.toml:10: points must be a number"},
           {"\"Reader.*\"", "\"Writer.*\"", "belong to two tasks"},
           {"tests = [\"Reader.*\"]\n", "", "tests = [\"...\"] is missing"},
           {"lesson = \"reading\"", "place = \"reading\"", "unknown key \"place\""},
       }) {
    SCOPED_TRACE(wrong.replacement);
    const std::string seen = complaint(wrong.part, wrong.replacement);
    EXPECT_NE(seen.find(wrong.complaint), std::string::npos) << seen;
    EXPECT_TRUE(seen.starts_with("tests/04-wal/lab.toml")) << seen;
  }
}

TEST_F(LabToml, MayHaveABench) {
  EXPECT_FALSE(load(good)->bench.has_value());
  const std::string bench = R"(
[bench]
engine = "wal"
workloads = ["fillseq", "readseq"]
entries = 1000
)";
  const Result<Lab> lab = load(good + bench + "peers = [\"leveldb\"]\n");
  ASSERT_TRUE(ok(lab));
  ASSERT_TRUE(lab->bench.has_value());
  EXPECT_EQ(lab->bench->engine, "wal");
  EXPECT_EQ(lab->bench->workloads, (std::vector<std::string>{"fillseq", "readseq"}));
  EXPECT_EQ(lab->bench->entries, 1000);
  EXPECT_EQ(lab->bench->peers, std::vector<std::string>{"leveldb"});
  EXPECT_TRUE(lab->bench->options.empty());
  for (const std::string& wrong : {bench + "peer = []\n", bench + "options = []\n",
                                   std::string("\n[bench]\nengine = \"wal\"\n")})
    EXPECT_TRUE(fails_with(Code::invalid_argument, load(good + wrong))) << wrong;
}

TEST_F(LabToml, WithoutTasksIsAnError) {
  const Result<Lab> lab = load(std::string(good).substr(0, std::string(good).find("[[task]]")));
  ASSERT_TRUE(fails_with(Code::invalid_argument, lab));
  EXPECT_NE(lab.error().message().find("there is no [[task]]"), std::string::npos);
}

TEST_F(LabToml, ALabIsFoundByNumberOrName) {
  ASSERT_TRUE(ok(load(good)));
  for (const char* which : {"4", "04", "04-wal"}) EXPECT_TRUE(ok(load_lab(root_, which)));
  for (const char* which : {"", "44", "wal", "support", "../tests/04-wal"}) {
    const Result<Lab> lab = load_lab(root_, which);
    ASSERT_TRUE(fails_with(Code::invalid_argument, lab));
    EXPECT_NE(lab.error().message().find("there are: 04-wal"), std::string::npos);
  }
  const auto labs = load_labs(root_);
  ASSERT_TRUE(ok(labs));
  EXPECT_EQ(labs->size(), 1U);
}

}  // namespace
}  // namespace kv::course
