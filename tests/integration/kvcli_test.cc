// The real program, as a shell runs it: what it prints, what it complains of, how it exits.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/kvcli_run.h"

namespace kv::test {
namespace {

using testing::HasSubstr;

TEST_F(Kvcli, RunsOneCommand) {
  EXPECT_EQ(run("kvcli --engine map get k"), (Ended{1, "", "kvcli: get: no key \"k\"\n"}));
  EXPECT_EQ(run("kvcli put k v"), (Ended{0, "", ""}));
  EXPECT_EQ(run("kvcli exists k"), (Ended{1, "false\n", ""}));
  EXPECT_EQ(run("kvcli --output json count"), (Ended{0, "{\"count\":0}\n", ""}));
  EXPECT_EQ(run("kvcli count --output csv"), (Ended{0, "count\r\n0\r\n", ""}));
  EXPECT_EQ(run("kvcli engines").code, 0);
  EXPECT_THAT(run("kvcli engines").output, HasSubstr("map"));
}

TEST_F(Kvcli, RunsAScriptFromAFileAndFromStandardInput) {
  const std::string_view lines =
      "# a comment\n\nput a 1\nput \"b c\" \"x\\x00y\"\r\nscan\nget a\nerase a\ncount";
  const Ended expected{0, "a\t1\nb c\tx\\x00y\n1\n1\n", ""};
  EXPECT_EQ(script(lines), expected);
  EXPECT_EQ(run("kvcli <script.kv"), expected);
  EXPECT_EQ(run("cat script.kv | kvcli --file -"), expected);
  EXPECT_EQ(run("kvcli </dev/null"), (Ended{0, "", ""}));
}

TEST_F(Kvcli, ScansInBothDirectionsWithBoundsAndALimit) {
  const std::string puts = "put a 1\nput b 2\nput b1 3\nput c 4\n";
  EXPECT_EQ(script(puts + "scan b c").output, "b\t2\nb1\t3\n");
  EXPECT_EQ(script(puts + "scan b --reverse --limit 2").output, "c\t4\nb1\t3\n");
  EXPECT_EQ(script(puts + "scan --prefix b --keys").output, "b\nb1\n");
  EXPECT_EQ(script(puts + "scan \"\" b").output, "a\t1\n");
  EXPECT_EQ(script(puts + "count --prefix b").output, "2\n");
  EXPECT_EQ(script(puts + "scan a --prefix b").code, 2);
  EXPECT_EQ(script(puts + "scan --limit 0").code, 2);
  EXPECT_EQ(script(puts + "scan --limit 99999999999999999999").code, 2);
}

TEST_F(Kvcli, EveryFormTellsAnyBytes) {
  const std::string puts = "put \\xff\\x00 \"a,\\\"b\\\"\"\nput ß \\xc3\\x9f\n";
  EXPECT_EQ(script(puts + "scan").output, "ß\tß\n\\xff\\x00\ta,\"b\"\n");
  EXPECT_EQ(script(puts + "scan", "--output csv").output,
            "key,value\r\nß,ß\r\n\\xff\\x00,\"a,\"\"b\"\"\"\r\n");
  EXPECT_EQ(script(puts + "scan", "--output json").output,
            "{\"key\":\"ß\",\"value\":\"ß\"}\n"
            "{\"key\":{\"base64\":\"/wA=\"},\"value\":\"a,\\\"b\\\"\"}\n");
}

TEST_F(Kvcli, ABatchIsDoneWholeOrNotAtAll) {
  EXPECT_EQ(script("put stock 7\nbatch\nrequire stock 7\nput stock 6\nrequire-absent order\n"
                   "put order paid\ndel nothing\ncommit\nscan"),
            (Ended{0, "order\tpaid\nstock\t6\n", ""}));
  const Ended conflict = script("put a 1\nbatch begin\nput b 2\nrequire a 2\ncommit\n");
  EXPECT_EQ(conflict.code, 3);
  EXPECT_THAT(conflict.errors, HasSubstr("script.kv:5: commit: "));
  EXPECT_THAT(conflict.errors, HasSubstr("\"a\""));
  EXPECT_EQ(script("put a 1\nbatch \"put b 2\" \"require a 2\"\nscan", "--keep-going").output,
            "a\t1\n");
  EXPECT_EQ(script("batch\nput a 1\nabort\nscan"), (Ended{0, "", ""}));
  EXPECT_EQ(run("kvcli batch 'put a 1' 'require b 2'").code, 3);
  EXPECT_EQ(run("kvcli batch 'put \"a b\" \"\\x00\"' 'require-absent c'"), (Ended{0, "", ""}));
  EXPECT_EQ(run("kvcli batch 'scan'").code, 2);
  EXPECT_EQ(run("kvcli batch").code, 2);
  EXPECT_EQ(run("kvcli commit").code, 2);
}

TEST_F(Kvcli, ABatchWithAWrongLineOrWithoutAnEndIsNotDone) {
  const Ended spoilt = script("batch\nput a 1\nputt b 2\ncommit\nscan", "--keep-going");
  EXPECT_EQ(spoilt.code, 2);
  EXPECT_EQ(spoilt.output, "");
  EXPECT_THAT(spoilt.errors, HasSubstr("script.kv:4: commit: "));
  const Ended open = script("batch\nput a 1\n");
  EXPECT_EQ(open.code, 2);
  EXPECT_THAT(open.errors, HasSubstr("script.kv:2: batch: "));
}

TEST_F(Kvcli, SnapshotsKeepWhatWas) {
  EXPECT_EQ(script("put a 1\nsnapshot take s\nput a 2\nput b 3\nsnapshot use s\nget a\ncount\n"
                   "put c 4\nexists c\nsnapshot list\nexport - --format csv\nsnapshot leave\n"
                   "get a\nget c\nsnapshot drop s\nsnapshot list"),
            (Ended{0, "1\n1\nfalse\n* s\nkey,value\r\na,1\r\n2\n4\n", ""}));
  for (const std::string_view wrong :
       {"snapshot use s", "snapshot drop s", "snapshot leave", "snapshot take", "snapshot now",
        "snapshot list s", "snapshot take s\nsnapshot take s",
        "snapshot take s\nsnapshot use s\nsnapshot drop s"}) {
    EXPECT_EQ(script(wrong).code, 2) << wrong;
  }
}

TEST_F(Kvcli, ExportsAndImports) {
  EXPECT_EQ(script("put a \\x00\nput b 2\nexport out.json\nexport out.csv\nexport b --prefix b "
                   "--format csv"),
            (Ended{0, "exported 2 entries\nexported 2 entries\nexported 1 entry\n", ""}));
  EXPECT_EQ(read("out.json"),
            "{\"key\":\"a\",\"value\":\"\\u0000\"}\n{\"key\":\"b\",\"value\":\"2\"}\n");
  EXPECT_EQ(read("out.csv"), "key,value\r\na,\\x00\r\nb,2\r\n");
  EXPECT_EQ(read("b"), "key,value\r\nb,2\r\n");
  EXPECT_EQ(script("import out.json\nimport out.csv\nscan").output,
            "imported 2 entries\nimported 2 entries\na\t\\x00\nb\t2\n");
  EXPECT_EQ(run("kvcli import - --format json <out.json"), (Ended{0, "imported 2 entries\n", ""}));
  EXPECT_EQ(run("kvcli --output json import out.csv"), (Ended{0, "{\"imported\":2}\n", ""}));
}

TEST_F(Kvcli, ExportReplacesNothingUnlessForced) {
  write("old.csv", "precious");
  const Ended refused = run("kvcli export old.csv");
  EXPECT_EQ(refused.code, 5);
  EXPECT_THAT(refused.errors, HasSubstr("--force"));
  EXPECT_EQ(read("old.csv"), "precious");
  EXPECT_EQ(run("kvcli export old.csv --force").code, 0);
  EXPECT_EQ(read("old.csv"), "key,value\r\n");
  EXPECT_EQ(run("kvcli export /dev/null --format csv --force").code, 5);
  EXPECT_EQ(run("kvcli export no/such.csv").code, 5);
  EXPECT_EQ(run("kvcli export .csv.d").code, 2);
}

TEST_F(Kvcli, AnImportStopsAtTheFirstWrongLine) {
  write("bad.csv", "a,1\nb\nc,3\n");
  const Ended stopped = script("import bad.csv\n");
  EXPECT_EQ(stopped.code, 5);
  EXPECT_EQ(stopped.errors,
            "script.kv:1: import: bad.csv:2: expected two fields, key,value; found 1 (quote a "
            "field that holds a comma); imported before it: 1 entry\n");
  EXPECT_EQ(run("kvcli import missing.csv").code, 5);
  EXPECT_EQ(run("mkdir d.csv; kvcli import d.csv").code, 5);
  EXPECT_EQ(run("kvcli import bad.txt").code, 2);
  EXPECT_EQ(run("kvcli import bad.csv --format xml").code, 2);
  EXPECT_EQ(run("echo import - --format csv | kvcli").code, 2);
}

TEST_F(Kvcli, AScriptEndsAtItsFirstFailureOrGoesOn) {
  const std::string_view lines = "put a 1\nget b\nget a\nunknown\n";
  EXPECT_EQ(script(lines), (Ended{1, "", "script.kv:2: get: no key \"b\"\n"}));
  const Ended all = script(lines, "--keep-going");
  EXPECT_EQ(all.code, 1);
  EXPECT_EQ(all.output, "1\n");
  EXPECT_THAT(all.errors, HasSubstr("script.kv:4: no command is called \"unknown\""));
  EXPECT_EQ(run("printf 'get b' | kvcli").errors, "stdin:1: get: no key \"b\"\n");
  // An answer is no failure, but the last one decides the code.
  EXPECT_EQ(script("exists a\nput a 1\n"), (Ended{0, "false\n", ""}));
  EXPECT_EQ(script("put b 1\nexists a\n\n# end\n"), (Ended{1, "false\n", ""}));
  EXPECT_EQ(script("quit\nget a\n"), (Ended{0, "", ""}));
}

TEST_F(Kvcli, WrongUseIsToldInOneLine) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"kvcli gte k", "did you mean get?"},
      {"kvcli get", "get KEY"},
      {"kvcli get a b", "get KEY"},
      {"kvcli get k --raw", "no option is called \"--raw\""},
      {"kvcli --engine mpa get k", "there are: map"},
      {"kvcli --engine", "--engine"},
      {"kvcli --bogus", "--bogus"},
      {"kvcli --output xml get k", "plain, json and csv"},
      {"kvcli get k --output xml", "plain, json and csv"},
      {"kvcli --durability high get k", "none, wal and sync"},
      {"kvcli --durability sync get k", "keeps nothing on disk"},
      {"kvcli --engine map --directory d get k", "no directory"},
      {"kvcli --file script.kv get k", "not both"},
      {"kvcli get k --engine map", "before the command"},
      {"kvcli --file '' get k", "not both"},
      {"kvcli get 'a\\q'", "no escape is written \\q"},
      {"kvcli ''", "no command is called \"\""},
      {"kvcli help nothing", "no command is called \"nothing\""},
      {"kvcli put $(head -c 70000 /dev/zero | tr '\\0' k) v", "65536"},
  };
  for (const auto& [command, remedy] : cases) {
    const Ended ended = run(command);
    EXPECT_EQ(ended.code, 2) << command;
    EXPECT_EQ(ended.output, "") << command;
    EXPECT_THAT(ended.errors, testing::StartsWith("kvcli: ")) << command;
    EXPECT_THAT(ended.errors, HasSubstr(std::string(remedy))) << command;
    EXPECT_EQ(std::ranges::count(ended.errors, '\n'), 1) << ended.errors;
  }
}

TEST_F(Kvcli, StrangeInputIsRefusedAndNeverCrashes) {
  EXPECT_EQ(script("put a \"never closed\n").code, 2);
  EXPECT_EQ(script("put a \\").code, 2);
  EXPECT_EQ(script(std::string("put \0 \0\x01\nscan", 13)).output, "\\x00\t\\x00\\x01\n");
  EXPECT_EQ(script("\xff\xfe" + std::string(3, '\0')).code, 2);
  EXPECT_EQ(run("kvcli --file missing.kv").code, 5);
  EXPECT_EQ(run("kvcli --file .").code, 5);
  EXPECT_EQ(run("kvcli --file ''").code, 5);
  EXPECT_EQ(run("kvcli <.").code, 5);
  EXPECT_EQ(run("kvcli <&-").code, 5);
  EXPECT_EQ(script("put a " + std::string(8 << 20, 'x') + "\ncount").output, "1\n");
  const Ended endless = run("head -c 300000000 /dev/zero | kvcli");
  EXPECT_EQ(endless.code, 2);
  EXPECT_THAT(endless.errors, HasSubstr("stdin:1: the line is longer than"));
}

TEST_F(Kvcli, MessagesDoNotMoveTheCursor) {
  const Ended ended = run("kvcli get 'a\\x1b[2J'");
  EXPECT_EQ(ended.errors, "kvcli: get: no key \"a\\x1b[2J\"\n");
  EXPECT_EQ(script("put a\\x1b 1\nbatch \"require a\\\\x1b 2\"").errors.find('\x1b'),
            std::string::npos);
}

TEST_F(Kvcli, AnOutputThatCannotBeWrittenEndsTheRun) {
  const std::string puts = "put a 1\n";
  write("script.kv", puts + "scan\nput b 2\nscan");
  const Ended full = run("kvcli --file script.kv >/dev/full");
  EXPECT_EQ(full.code, 5);
  EXPECT_THAT(full.errors, HasSubstr("cannot write standard output: No space left on device"));
  EXPECT_EQ(run("kvcli --file script.kv >&-").code, 5);
  // Nobody reads any more: that is quiet. Far more than a pipe holds is written.
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += fmt::format("key {},some value\n", i);
  write("many.csv", many);
  write("script.kv", "import many.csv\nscan\n");
  const Ended gone = run("{ kvcli --file script.kv; echo $? >code; } | head -n 1; cat code");
  EXPECT_EQ(gone, (Ended{0, "imported 20000 entries\n5\n", ""}));
}

TEST_F(Kvcli, AClosedStandardOutputDoesNotHitAFile) {
  EXPECT_EQ(run("kvcli export out.csv >&-").code, 5);
  EXPECT_EQ(read("out.csv"), "key,value\r\n");
}

TEST_F(Kvcli, AClosedOrFullStandardErrorChangesNoCode) {
  write("script.kv", "get k\n");
  for (const std::string_view gone : {"2>&-", "2>/dev/full"}) {
    EXPECT_EQ(run(fmt::format("kvcli get k {}", gone)).code, 1) << gone;
    EXPECT_EQ(run(fmt::format("kvcli gte k {}", gone)).code, 2) << gone;
    EXPECT_EQ(run(fmt::format("kvcli --file script.kv {}", gone)).code, 1) << gone;
  }
}

TEST_F(Kvcli, HelpTellsEverythingAScriptNeeds) {
  const Ended help = run("kvcli --help");
  EXPECT_EQ(help.code, 0);
  for (const std::string_view part :
       {"--engine", "--keep-going", "scan [START [END]]", "Exit codes:", "3 conflict", "\\xNN",
        "{\"base64\": \"…\"}", "RFC 4180"}) {
    EXPECT_THAT(help.output, HasSubstr(std::string(part)));
  }
  EXPECT_EQ(run("kvcli help").code, 0);
  EXPECT_EQ(run("kvcli --version").output, run("kvcli version").output);
  EXPECT_EQ(run("kvcli --help >/dev/full").code, 5);
  EXPECT_THAT(run("kvcli --version >/dev/full").errors, HasSubstr("No space left on device"));
}

}  // namespace
}  // namespace kv::test
