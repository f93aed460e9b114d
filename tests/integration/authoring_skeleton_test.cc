// The skeleton's generator: what somebody edited is never touched, and nothing without need.

#include <gtest/gtest.h>

#include "apps/kvcourse/check.h"
#include "apps/kvcourse/skeleton.h"
#include "apps/kvcourse/submit.h"
#include "apps/kvcourse/tool.h"
#include "tests/integration/authoring_project.h"
#include "tests/support/expect.h"

namespace kv::course {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;
using test::fails_with;
using test::ok;

class Skeleton : public testing::Test {
 protected:
  Skeleton() {
    project_.write("solutions/01-a/store.cc", "//[ throw todo(\"1.1\");\nreturn 1;\n//]\n");
    project_.write("solutions/01-a/given.h", "int given();\n");
    project_.write("solutions/02-b/map.cc", "//[ todo;\nreturn 2;\n//]\n");
  }

  SkeletonReport generate(bool force = false, const Paths& labs = {}) {
    auto report = write_skeleton(project_.root(), labs, force);
    EXPECT_TRUE(ok(report));
    return report.value_or(SkeletonReport{});
  }

  TemporaryProject project_;
};

TEST_F(Skeleton, HasEveryFileOfTheSolutionsAndListsThem) {
  EXPECT_EQ(generate().written, (Paths{"01-a/given.h", "01-a/store.cc", "02-b/map.cc"}));
  EXPECT_EQ(project_.read("labs/01-a/store.cc"), "throw todo(\"1.1\");\n");
  EXPECT_EQ(project_.read("labs/01-a/given.h"), "int given();\n");
  const auto list = split_lines(project_.read("labs/.generated"));
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].find_first_not_of("0123456789abcdef"), 16U);
  EXPECT_EQ(list[0].substr(16), " 01-a/given.h");
  EXPECT_EQ(list[2].substr(16), " 02-b/map.cc");
  EXPECT_TRUE(check_in_sync(project_.root(), {"01-a", "02-b"}).empty());
}

TEST_F(Skeleton, AnUnchangedFileIsNotTouched) {
  generate();
  const fs::path file = project_.root() / "labs/01-a/store.cc";
  const auto long_ago = fs::last_write_time(file) - std::chrono::hours(24);
  fs::last_write_time(file, long_ago);
  fs::last_write_time(project_.root() / "labs/.generated", long_ago);
  EXPECT_EQ(generate().written, Paths());
  EXPECT_EQ(fs::last_write_time(file), long_ago);
  EXPECT_EQ(fs::last_write_time(project_.root() / "labs/.generated"), long_ago);
}

TEST_F(Skeleton, AnEditedFileIsKeptUnlessForced) {
  generate();
  project_.write("labs/01-a/store.cc", "mine\n");
  project_.write("solutions/01-a/store.cc", "//[ new\n//]\n");
  const SkeletonReport report = generate();
  EXPECT_EQ(report.kept, Paths{"01-a/store.cc"});
  EXPECT_EQ(report.written, Paths());
  EXPECT_EQ(project_.read("labs/01-a/store.cc"), "mine\n");
  EXPECT_EQ(generate().kept, Paths{"01-a/store.cc"}) << "it stays edited";
  EXPECT_EQ(generate(/*force=*/true).written, Paths{"01-a/store.cc"});
  EXPECT_EQ(project_.read("labs/01-a/store.cc"), "new\n");
}

TEST_F(Skeleton, AFileThatSomebodyElsePutThereCountsAsEdited) {
  project_.write("labs/01-a/given.h", "mine\n");
  EXPECT_EQ(generate().kept, Paths{"01-a/given.h"});
  EXPECT_EQ(project_.read("labs/01-a/given.h"), "mine\n");
}

TEST_F(Skeleton, WhatCannotBeReadIsKept) {
  generate();
  const fs::path file = project_.root() / "labs/01-a/given.h";
  fs::remove(file);
  fs::create_symlink("away", file);  // a disk that is not mounted now
  EXPECT_EQ(generate().kept, Paths{"01-a/given.h"});
  EXPECT_TRUE(fs::is_symlink(file));
}

TEST_F(Skeleton, AMissingFileIsWrittenAnew) {
  generate();
  fs::remove(project_.root() / "labs/01-a/given.h");
  EXPECT_EQ(generate().written, Paths{"01-a/given.h"});
}

TEST_F(Skeleton, AnUneditedFileFollowsItsSolution) {
  generate();
  project_.write("solutions/01-a/given.h", "int given(int);\n");
  EXPECT_EQ(generate().written, Paths{"01-a/given.h"});
  EXPECT_EQ(project_.read("labs/01-a/given.h"), "int given(int);\n");
}

TEST_F(Skeleton, WhatVanishedFromTheSolutionsGoesUnlessEdited) {
  generate();
  project_.write("labs/01-a/own.cc", "a student's own file\n");
  project_.write("labs/01-a/store.cc", "mine\n");
  fs::remove(project_.root() / "solutions/01-a/given.h");
  fs::remove(project_.root() / "solutions/01-a/store.cc");
  fs::remove_all(project_.root() / "solutions/02-b");
  const SkeletonReport report = generate();
  EXPECT_EQ(report.removed, (Paths{"01-a/given.h", "02-b/map.cc"}));
  EXPECT_EQ(report.kept, Paths{"01-a/store.cc"});
  EXPECT_FALSE(fs::exists(project_.root() / "labs/02-b"));
  EXPECT_EQ(project_.read("labs/01-a/own.cc"), "a student's own file\n");
  EXPECT_EQ(generate(/*force=*/true).removed, Paths{"01-a/store.cc"});
}

TEST_F(Skeleton, OneLabLeavesTheOthersAlone) {
  generate();
  project_.write("solutions/01-a/given.h", "changed\n");
  project_.write("solutions/02-b/map.cc", "changed\n");
  EXPECT_EQ(generate(false, {"02-b"}).written, Paths{"02-b/map.cc"});
  EXPECT_EQ(project_.read("labs/01-a/given.h"), "int given();\n");
}

TEST_F(Skeleton, AWrongMarkerChangesNothing) {
  project_.write("solutions/02-b/map.cc", "//]\n");
  EXPECT_TRUE(fails_with(Code::invalid_argument, write_skeleton(project_.root(), {}, false)));
  EXPECT_FALSE(fs::exists(project_.root() / "labs"));
}

TEST_F(Skeleton, WithoutSolutionsItSaysSo) {
  fs::remove_all(project_.root() / "solutions");
  const auto report = write_skeleton(project_.root(), {}, false);
  ASSERT_TRUE(fails_with(Code::invalid_argument, report));
  EXPECT_NE(report.error().message().find("works only where they are"), std::string::npos);
}

TEST_F(Skeleton, ADamagedListIsAnErrorAndChangesNothing) {
  project_.write("labs/.generated", "not a hash\n");
  const auto report = write_skeleton(project_.root(), {}, false);
  ASSERT_TRUE(fails_with(Code::invalid_argument, report));
  EXPECT_NE(report.error().message().find("labs/.generated:1"), std::string::npos);
  EXPECT_FALSE(fs::exists(project_.root() / "labs/01-a"));
}

TEST_F(Skeleton, CheckFindsWhatIsOutOfSync) {
  generate();
  project_.write("labs/01-a/store.cc", "mine\n");
  project_.write("labs/01-a/own.cc", "");
  fs::remove(project_.root() / "labs/02-b/map.cc");
  Paths files;
  for (const Finding& finding : check_in_sync(project_.root(), {"01-a", "02-b"})) {
    files.push_back(finding.file);
  }
  EXPECT_EQ(files, (Paths{"labs/01-a/store.cc", "labs/02-b/map.cc", "labs/01-a/own.cc"}));
}

class Submit : public testing::Test {
 protected:
  Submit() {
    project_.write("tests/01-a/lab.toml",
                   "title = \"A\"\nhours = 1\ntime_limit_s = 1\nmemory_limit_mb = 1\n"
                   "hand_in = [\"b.cc\", \"a.cc\"]\n[[task]]\nnumber = \"1.1\"\ntitle = \"t\"\n"
                   "points = 100\ntests = [\"A.*\"]\nlesson = \"a\"\n");
    project_.write("labs/01-a/a.cc", "a\n");
    project_.write("labs/01-a/b.cc", "b\n");
    project_.write("labs/01-a/secret.cc", "not asked for\n");
  }

  std::string archive() const { return project_.read("build/submissions/01-a.tar.gz"); }

  TemporaryProject project_;
};

TEST_F(Submit, PacksJustTheFilesAskedForAndTheSameBytesAgain) {
  ASSERT_TRUE(ok(submit_command(project_.root(), "1")));
  const std::string first = archive();
  fs::last_write_time(project_.root() / "labs/01-a/a.cc",
                      fs::file_time_type::clock::now() - std::chrono::hours(100));
  ASSERT_TRUE(ok(submit_command(project_.root(), "01-a")));
  EXPECT_EQ(archive(), first);
  const auto names =
      output_of("tar", {"tar", "-tzf", (project_.root() / "build/submissions/01-a.tar.gz")});
  ASSERT_TRUE(ok(names));
  EXPECT_EQ(*names, "b.cc\na.cc\n");
}

TEST_F(Submit, AMissingFileIsNamedAndNothingIsPacked) {
  fs::remove(project_.root() / "labs/01-a/b.cc");
  const auto code = submit_command(project_.root(), "1");
  ASSERT_TRUE(fails_with(Code::invalid_argument, code));
  EXPECT_TRUE(code.error().message().starts_with("labs/01-a/b.cc is missing"));
  EXPECT_EQ(archive(), "(none)");
}

}  // namespace
}  // namespace kv::course
