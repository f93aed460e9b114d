// Entries into files and back, and a session over a store of its own.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "apps/kvcli/session.h"
#include "apps/kvcli/transfer.h"
#include "base/todo.h"
#include "engines/table.h"
#include "tests/support/expect.h"
#include "tests/support/temporary_directory.h"

namespace kv::cli {
namespace {

using kv::test::fails_with;
using kv::test::ok;
using kv::test::TemporaryDirectory;
using testing::ElementsAre;
using testing::HasSubstr;

using Entries = std::map<std::string, std::string>;

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

class Transfer : public testing::Test {
 protected:
  std::string file(const std::string& name, std::string_view bytes) {
    const std::string path = folder_.path() + "/" + name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  // Imports the bytes, as a file, into store_.
  Outcome import(FileFormat format, std::string_view bytes) {
    auto source = LineSource::open(file("in", bytes));
    EXPECT_TRUE(ok(source));
    imported_ = 0;
    return import_records(*store_, *source, format, Context::none(), false, imported_);
  }

  Entries entries() const {
    Entries all;
    auto it = store_->scan();
    while ((*it)->next()) all.emplace((*it)->key(), (*it)->value());
    return all;
  }

  TemporaryDirectory folder_;
  std::unique_ptr<Store> store_ = *open_engine("map");
  std::uint64_t imported_ = 0;
};

// A thousand keys and more make several batches.
TEST_F(Transfer, ManyEntriesSurviveBothFormats) {
  Entries all;
  for (int i = 0; i < 2500; ++i) {
    const std::string key{static_cast<char>(i >> 8), static_cast<char>(i)};
    all[key] = std::string(static_cast<std::size_t>(i % 7), static_cast<char>(i));
    ASSERT_TRUE(ok(store_->put(key, all[key])));
  }
  for (const FileFormat format : {FileFormat::json, FileFormat::csv}) {
    const std::string path = file("out", "");
    const int fd = ::open(path.c_str(), O_WRONLY);
    Output output(fd, path);
    std::uint64_t exported = 0;
    EXPECT_EQ(export_records(*store_, {}, format, Context::none(), output, exported).exit,
              Exit::ok);
    ::close(fd);
    EXPECT_EQ(exported, 2500u);
    store_ = *open_engine("map");
    EXPECT_EQ(import(format, contents(path)).complaint, "");
    EXPECT_EQ(imported_, 2500u);
    EXPECT_EQ(entries(), all);
  }
}

TEST_F(Transfer, CsvFromElsewhereIsUnderstood) {
  EXPECT_EQ(import(FileFormat::csv,
                   "\xef\xbb\xbfkey,value\n\"two\nlines\",1\n\nplain,\"a \"\"b\"\"\"\r\nlast,")
                .complaint,
            "");
  EXPECT_EQ(entries(), (Entries{{"two\nlines", "1"}, {"plain", "a \"b\""}, {"last", ""}}));
}

TEST_F(Transfer, AWrongLineStopsTheImportAndWhatStoodBeforeItIsIn) {
  const std::string where = folder_.path() + "/in:";
  const std::pair<FileFormat, std::pair<std::string_view, std::string_view>> cases[] = {
      {FileFormat::csv, {"a,1\nb,2\nc\nd,4\n", "3: expected two fields"}},
      {FileFormat::csv, {"a,1\nb,2\n\"c,3\nd,4\n", "3: the quote is never closed"}},
      {FileFormat::csv, {"a,1\nb,2\nc,\\q\nd,4\n", "3: no escape is written \\q"}},
      {FileFormat::json,
       {"{\"key\":\"a\",\"value\":\"1\"}\n{\"key\":\"b\",\"value\":\"2\"}\n{\"key\":", "3: not a"}},
  };
  for (const auto& [format, text] : cases) {
    store_ = *open_engine("map");
    const Outcome outcome = import(format, text.first);
    EXPECT_EQ(outcome.exit, Exit::io);
    EXPECT_THAT(outcome.complaint, HasSubstr(where + std::string(text.second)));
    EXPECT_THAT(outcome.complaint, HasSubstr("imported before it: 2 entries"));
    EXPECT_EQ(entries(), (Entries{{"a", "1"}, {"b", "2"}}));
  }
}

TEST_F(Transfer, AKeyThatTheStoreRefusesIsAWrongLineToo) {
  const std::string line = std::string(100'000, 'k') + ",1\n";
  const Outcome outcome = import(FileFormat::csv, "a,1\n" + line + "b,2\n");
  EXPECT_EQ(outcome.exit, Exit::usage);
  EXPECT_THAT(outcome.complaint, HasSubstr("/in:2: a key of 100000 bytes is over the limit"));
  EXPECT_THAT(outcome.complaint, HasSubstr("imported before it: 1 entry"));
  EXPECT_EQ(entries(), (Entries{{"a", "1"}}));
}

TEST_F(Transfer, ALineMayBeLongAndHoldAnyByte) {
  const std::string value(3 << 20, '\0');
  EXPECT_EQ(import(FileFormat::csv, "k," + value + "\nl,2").complaint, "");
  EXPECT_EQ(entries().at("k"), value);
  EXPECT_EQ(entries().at("l"), "2");
}

TEST_F(Transfer, ANewFileAppearsWhenItIsComplete) {
  const std::string path = folder_.path() + "/new";
  {
    auto forgotten = NewFile::create(path, false);
    ASSERT_TRUE(ok(forgotten));
    EXPECT_FALSE(std::filesystem::exists(path));
  }
  EXPECT_TRUE(names_in(folder_.path()).empty());
  auto kept = NewFile::create(path, false);
  ASSERT_TRUE(ok(kept));
  EXPECT_EQ(::write(kept->fd(), "x", 1), 1);
  EXPECT_TRUE(ok(kept->commit()));
  EXPECT_EQ(contents(path), "x");
}

TEST_F(Transfer, AFileThatExistsStaysUnlessItMayBeReplaced) {
  const std::string path = file("old", "precious");
  const auto only_mine = std::filesystem::perms::owner_read;
  std::filesystem::permissions(path, only_mine);
  EXPECT_TRUE(fails_with(Code::invalid_argument, NewFile::create(path, false)));
  {
    auto replacement = NewFile::create(path, true);
    ASSERT_TRUE(ok(replacement));
    EXPECT_EQ(::write(replacement->fd(), "x", 1), 1);
    EXPECT_EQ(contents(path), "precious");
    EXPECT_TRUE(ok(replacement->commit()));
  }
  EXPECT_EQ(contents(path), "x");
  EXPECT_EQ(std::filesystem::status(path).permissions(), only_mine);
  EXPECT_THAT(names_in(folder_.path()), ElementsAre("old"));
}

TEST_F(Transfer, AFileThatAppearsMeanwhileStays) {
  const std::string path = folder_.path() + "/raced";
  {
    auto late = NewFile::create(path, false);
    ASSERT_TRUE(ok(late));
    file("raced", "precious");
    EXPECT_TRUE(fails_with(Code::invalid_argument, late->commit()));
  }
  EXPECT_EQ(contents(path), "precious");
  EXPECT_THAT(names_in(folder_.path()), ElementsAre("raced"));
}

TEST_F(Transfer, OnlyFilesAreReplaced) {
  EXPECT_TRUE(fails_with(Code::io_error, NewFile::create(folder_.path(), true)));
  EXPECT_TRUE(fails_with(Code::io_error, NewFile::create(folder_.path() + "/no/such", true)));
  const std::string pipe = folder_.path() + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_TRUE(fails_with(Code::io_error, NewFile::create(pipe, true)));
  // A link stays a link; what it points to is replaced.
  const std::string target = file("target", "old");
  const std::string link = folder_.path() + "/link";
  std::filesystem::create_symlink(target, link);
  auto through = NewFile::create(link, true);
  ASSERT_TRUE(ok(through));
  EXPECT_TRUE(ok(through->commit()));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(contents(target), "");
}

TEST(Session, APartThatIsNotWrittenYetEndsTheCommandAndSaysWhichOne) {
  Output output(STDOUT_FILENO, "standard output");
  Session session({.open = []() -> Result<std::unique_ptr<Store>> { throw todo("1.1"); }}, output);
  const Outcome outcome = session.run_line("get a");
  EXPECT_EQ(outcome.exit, Exit::todo);
  EXPECT_THAT(outcome.complaint, testing::StartsWith("get: not written yet: lab 1.1, "));
}

TEST(Session, AStopEndsWhatRunsAndNothingLater) {
  std::stop_source source;
  source.request_stop();
  Output output(STDOUT_FILENO, "standard output");
  Session session({.open = [] { return open_engine("map"); }}, output);
  EXPECT_EQ(session.run_line("scan", source.get_token()).exit, Exit::interrupted);
  EXPECT_EQ(session.run_line("count", source.get_token()).exit, Exit::interrupted);
  EXPECT_EQ(session.run_line("count").exit, Exit::ok);
}

}  // namespace
}  // namespace kv::cli
