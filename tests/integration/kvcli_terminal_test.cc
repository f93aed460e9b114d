// The real prompt, with a person at it: everything that only happens on a terminal.

#include "tests/integration/kvcli_terminal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.h"

namespace kv::test {
namespace {

constexpr std::string_view up = "\x1b[A";
constexpr std::string_view ctrl_c = "\x03";
constexpr std::string_view ctrl_d = "\x04";

class KvcliTerminal : public testing::Test {
 protected:
  Terminal::Settings settings() {
    return {.command = {KVCLI_PATH},
            .environment = {{"HOME", folder_.path()},
                            {"XDG_STATE_HOME", folder_.path() + "/state"},
                            {"TERM", "xterm"},
                            {"LC_ALL", "C.UTF-8"}},
            .time_limit = std::chrono::seconds(120),
            .echo = {}};
  }

  // Types a line at the prompt, and gives what is on the screen up to the next prompt.
  static std::string enter(Terminal& terminal, std::string_view line,
                           std::string_view next_prompt = "map> ") {
    terminal.type(std::string(line) + "\r");
    EXPECT_TRUE(terminal.wait_for("\n")) << terminal.screen();
    EXPECT_TRUE(terminal.wait_for(next_prompt)) << terminal.screen();
    return terminal.said().substr(0, terminal.said().size() - next_prompt.size());
  }

  static void begin(Terminal& terminal) {
    ASSERT_TRUE(terminal.wait_for("map> ")) << terminal.screen();
  }

  static void leave(Terminal& terminal) {
    terminal.type(ctrl_d);
    EXPECT_EQ(terminal.wait_for_end(), 0) << terminal.screen();
  }

  TemporaryDirectory folder_;
};

TEST_F(KvcliTerminal, AnswersWhatIsTyped) {
  Terminal terminal(settings());
  begin(terminal);
  EXPECT_EQ(enter(terminal, "put user:1 \"Ada Lovelace\""), "ok\n");
  EXPECT_EQ(enter(terminal, "get user:1"), "Ada Lovelace\n");
  EXPECT_EQ(enter(terminal, "put größe ∞"), "ok\n");
  EXPECT_EQ(enter(terminal, "scan --output json"),
            "{\"key\":\"größe\",\"value\":\"∞\"}\n"
            "{\"key\":\"user:1\",\"value\":\"Ada Lovelace\"}\n");
  EXPECT_EQ(enter(terminal, "get nobody"), "get: no key \"nobody\"\n");
  EXPECT_EQ(enter(terminal, "gte user:1"),
            "no command is called \"gte\", did you mean get? (help lists them)\n");
  EXPECT_TRUE(enter(terminal, "get \"user").starts_with("the quote in \"user is never closed; "));
  EXPECT_EQ(enter(terminal, "exists user:1"), "true\n");
  leave(terminal);
}

TEST_F(KvcliTerminal, HelpListsCommandsAndExplainsEach) {
  Terminal terminal(settings());
  begin(terminal);
  const std::string list = enter(terminal, "help");
  for (const std::string_view command : {"get KEY", "scan [START [END]]", "export FILE", "quit"}) {
    EXPECT_NE(list.find(command), std::string::npos) << list;
  }
  EXPECT_TRUE(enter(terminal, "help get").starts_with("get KEY: print the key's value\n"));
  EXPECT_EQ(enter(terminal, "help gett"),
            "help: no command is called \"gett\", did you mean get? (help lists them)\n");
  leave(terminal);
}

TEST_F(KvcliTerminal, ArrowUpBringsBackEarlierLinesAlsoOfTheLastSession) {
  {
    Terminal terminal(settings());
    begin(terminal);
    enter(terminal, "put a 1");
    enter(terminal, "get a");
    EXPECT_EQ(enter(terminal, std::string(up) + std::string(up)), "ok\n");  // put a 1, once more
    leave(terminal);
  }
  EXPECT_TRUE(std::filesystem::exists(folder_.path() + "/state/kvcli/history"));
  Terminal terminal(settings());
  begin(terminal);
  EXPECT_EQ(enter(terminal, up), "ok\n");
  EXPECT_EQ(enter(terminal, "get a"), "1\n");
  leave(terminal);
}

TEST_F(KvcliTerminal, WithoutAPlaceForTheHistoryThereIsNoneAndNoError) {
  Terminal::Settings homeless = settings();
  homeless.environment["HOME"] = "/dev/null";
  homeless.environment["XDG_STATE_HOME"] = "/dev/null/state";
  Terminal terminal(homeless);
  begin(terminal);
  EXPECT_EQ(enter(terminal, "put a 1"), "ok\n");
  EXPECT_EQ(enter(terminal, up), "ok\n");
  leave(terminal);
}

TEST_F(KvcliTerminal, TabCompletesCommandsOptionsSnapshotsAndFiles) {
  std::ofstream(folder_.path() + "/only.csv") << "key,value\nfrom a file,1\n";
  Terminal terminal(settings());
  begin(terminal);
  terminal.type("ex\t");
  EXPECT_TRUE(terminal.wait_for("\nexists  export  \n")) << terminal.screen();
  EXPECT_TRUE(terminal.wait_for("map> ex")) << terminal.screen();
  terminal.type(ctrl_c);
  EXPECT_TRUE(terminal.wait_for("\nmap> ")) << terminal.screen();
  EXPECT_EQ(enter(terminal, "cou\t--pre\t\"\""), "0\n");
  EXPECT_EQ(enter(terminal, "snap\tta\tbefore"), "ok\n");
  EXPECT_EQ(enter(terminal, "snapshot use b\t", "map@before> "), "ok\n");
  EXPECT_EQ(enter(terminal, "snapshot lea\t"), "ok\n");
  EXPECT_EQ(enter(terminal, fmt::format("import {}/on\t", folder_.path())), "imported 1 entry\n");
  leave(terminal);
}

TEST_F(KvcliTerminal, ABatchWhoseRequirementFailsChangesNothing) {
  Terminal terminal(settings());
  begin(terminal);
  enter(terminal, "put stock 7");
  enter(terminal, "batch", "map batch(0)> ");
  enter(terminal, "require stock 8", "map batch(1)> ");
  enter(terminal, "put stock 6", "map batch(2)> ");
  EXPECT_EQ(enter(terminal, "get stock", "map batch(2)> "), "7\n");
  EXPECT_TRUE(enter(terminal, "commit").starts_with("commit: "));
  EXPECT_EQ(enter(terminal, "get stock"), "7\n");
  enter(terminal, "batch", "map batch(0)> ");
  enter(terminal, "require stock 7", "map batch(1)> ");
  enter(terminal, "put stock 6", "map batch(2)> ");
  EXPECT_EQ(enter(terminal, "commit"), "ok\n");
  EXPECT_EQ(enter(terminal, "get stock"), "6\n");
  leave(terminal);
}

TEST_F(KvcliTerminal, ASnapshotKeepsWhatWas) {
  Terminal terminal(settings());
  begin(terminal);
  enter(terminal, "put a old");
  EXPECT_EQ(enter(terminal, "snapshot take monday"), "ok\n");
  enter(terminal, "put a new");
  EXPECT_EQ(enter(terminal, "snapshot use monday", "map@monday> "), "ok\n");
  EXPECT_EQ(enter(terminal, "get a", "map@monday> "), "old\n");
  EXPECT_EQ(enter(terminal, "snapshot leave"), "ok\n");
  EXPECT_EQ(enter(terminal, "get a"), "new\n");
  EXPECT_EQ(enter(terminal, "snapshot list"), "  monday\n");
  leave(terminal);
}

TEST_F(KvcliTerminal, CtrlCForgetsTheLineThatIsTyped) {
  Terminal terminal(settings());
  begin(terminal);
  enter(terminal, "put a 1");
  terminal.type("del a");
  EXPECT_TRUE(terminal.wait_for("del a"));
  terminal.type(ctrl_c);
  EXPECT_TRUE(terminal.wait_for("map> ")) << terminal.screen();
  EXPECT_EQ(enter(terminal, "get a"), "1\n");
  leave(terminal);
}

TEST_F(KvcliTerminal, CtrlCStopsAScanAndNotTheProgram) {
  // Far more than a terminal takes without a reader, so the scan still runs when the key arrives.
  constexpr int entries = 100'000;
  {
    std::ofstream file(folder_.path() + "/many.csv");
    for (int i = 0; i < entries; ++i) file << fmt::format("key {:06},a value of some length\n", i);
  }
  Terminal terminal(settings());
  begin(terminal);
  terminal.type(fmt::format("import {}/many.csv\r", folder_.path()));
  EXPECT_TRUE(terminal.wait_for("importing [")) << terminal.screen();  // the bar: a long import
  EXPECT_TRUE(terminal.wait_for(fmt::format("imported {} entries\nmap> ", entries)))
      << terminal.said();
  terminal.type("scan\r");
  EXPECT_TRUE(terminal.wait_for("key 000010\t"));
  terminal.type(ctrl_c);
  EXPECT_TRUE(terminal.wait_for(" entries: interrupted")) << terminal.said();
  EXPECT_TRUE(terminal.wait_for("map> "));
  EXPECT_EQ(enter(terminal, "count"), "100000\n");
  leave(terminal);
}

TEST_F(KvcliTerminal, CtrlCStopsAnImportThatWaits) {
  const std::string pipe = folder_.path() + "/silent.csv";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  Terminal terminal(settings());
  begin(terminal);
  terminal.type(fmt::format("import {}\r", pipe));
  const int writer = ::open(pipe.c_str(), O_WRONLY);  // returns when the import reads
  ASSERT_GE(writer, 0);
  terminal.type(ctrl_c);
  EXPECT_TRUE(terminal.wait_for("import: interrupted; imported before it: 0 entries\nmap> "))
      << terminal.said();
  ::close(writer);
  leave(terminal);
}

TEST_F(KvcliTerminal, QuitExitAndCtrlDEndTheSession) {
  for (const std::string_view keys : {"quit\r", "exit\r", "\x04"}) {
    Terminal terminal(settings());
    begin(terminal);
    terminal.type(keys);
    EXPECT_EQ(terminal.wait_for_end(), 0);
  }
  Terminal terminal(settings());
  begin(terminal);
  enter(terminal, "batch", "map batch(0)> ");
  terminal.type(ctrl_d);
  EXPECT_TRUE(terminal.wait_for("The open batch was not done.")) << terminal.screen();
  EXPECT_EQ(terminal.wait_for_end(), 0);
}

}  // namespace
}  // namespace kv::test
