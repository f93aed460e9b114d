// The parts of kvcli that are pure: words and escapes, JSON and CSV, rows, commands, completion.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "apps/kvcli/commands.h"
#include "apps/kvcli/completion.h"
#include "apps/kvcli/formats.h"
#include "apps/kvcli/output.h"
#include "apps/kvcli/transfer.h"
#include "apps/kvcli/words.h"
#include "tests/support/expect.h"

namespace kv::cli {
namespace {

using kv::test::fails_with;
using kv::test::ok;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Any bytes, with many that mean something somewhere.
rc::Gen<std::string> any_bytes() {
  const auto telling = rc::gen::element(' ', '"', '\\', '#', ',', '\n', '\r', '\t', '\0', '-', 'x',
                                        '\x7f', '\xc2', '\x9b', '\xa0', '\xe2', '\x88', '\x9e');
  return rc::gen::container<std::string>(rc::gen::oneOf(telling, rc::gen::arbitrary<char>()));
}

std::string message_of(const auto& result) {
  return result.has_value() ? "success" : result.error().message();
}

TEST(Words, StandBetweenBlanks) {
  EXPECT_THAT(*split(" put\ta  1\r"), ElementsAre(Word{"put"}, Word{"a"}, Word{"1"}));
  EXPECT_THAT(*split(""), IsEmpty());
  EXPECT_THAT(*split(" \t "), IsEmpty());
}

TEST(Words, InQuotesMayHoldBlanksAndBeEmpty) {
  EXPECT_THAT(*split("put \"a b\" \"\""),
              ElementsAre(Word{"put"}, Word{"a b", true}, Word{"", true}));
}

TEST(Words, AQuoteInsideOfABareWordIsAByte) {
  EXPECT_THAT(*split("put k {\"a\":1}"), ElementsAre(Word{"put"}, Word{"k"}, Word{"{\"a\":1}"}));
}

TEST(Words, ACommentBeginsAtTheStartOfAWord) {
  EXPECT_THAT(*split("put a#1 2 # three"), ElementsAre(Word{"put"}, Word{"a#1"}, Word{"2"}));
  EXPECT_THAT(*split("put \"#\" \\x23"), ElementsAre(Word{"put"}, Word{"#", true}, Word{"#"}));
}

TEST(Words, EscapesAreUnderstoodInBothKinds) {
  const std::string bytes("a\0\xff\\\"\n\t\r b", 10);
  EXPECT_EQ(split(R"(a\x00\xFF\\\"\n\t\r\sb)")->front().bytes, bytes);
  EXPECT_EQ(split(R"("a\x00\xFF\\\"\n\t\r\sb")")->front().bytes, bytes);
}

TEST(Words, MalformedOnesAreRefusedWithARemedy) {
  EXPECT_THAT(message_of(split("get \"abc")), HasSubstr("never closed"));
  EXPECT_THAT(message_of(split("get \"abc\\\"")), HasSubstr("never closed"));
  EXPECT_THAT(message_of(split("get \"a\"b")), HasSubstr("a blank must follow"));
  for (const std::string_view line : {"\\q", "\\", "\\x", "\\x1", "\\xg0", "\\x+1", "\\x 1"}) {
    EXPECT_TRUE(fails_with(Code::invalid_argument, split(line))) << line;
    EXPECT_THAT(message_of(split(line)), HasSubstr("a backslash is \\\\")) << line;
  }
}

RC_GTEST_PROP(Words, AnyBytesSurviveEscapingAndQuoting, ()) {
  const std::string bytes = *any_bytes();
  const auto plain = unescape(escape(bytes));
  RC_ASSERT(plain.has_value());
  RC_ASSERT(*plain == bytes);
  const auto words = split("put " + quote(bytes) + " end");
  RC_ASSERT(words.has_value());
  RC_ASSERT(words->size() == 3u);
  RC_ASSERT((*words)[1] == (Word{bytes, true}));
}

RC_GTEST_PROP(Words, EscapedTextIsPrintableUtf8, ()) {
  const std::string text = escape(*any_bytes());
  RC_ASSERT(is_utf8(text));
  for (const char c : text) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != '\x7f');
  RC_ASSERT(text.find("\xc2\x9b") == std::string::npos);  // "control sequence" to a terminal
}

RC_GTEST_PROP(Words, NoLineIsTooStrange, ()) {
  const std::string line = *any_bytes();
  if (const auto words = split(line); words && !words->empty()) static_cast<void>(parse(*words));
}

TEST(Formats, Base64IsThatOfRfc4648) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64(bytes), text);
    EXPECT_EQ(*from_base64(text), bytes);
  }
  for (const std::string_view bad :
       {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg=="}) {
    EXPECT_TRUE(fails_with(Code::invalid_argument, from_base64(bad))) << bad;
  }
}

RC_GTEST_PROP(Formats, JsonIsValidAndTellsTheBytes, ()) {
  const std::string bytes = *any_bytes();
  const auto json = nlohmann::json::parse(json_value(bytes), nullptr, false);
  RC_ASSERT(!json.is_discarded());
  RC_ASSERT(json.is_string() == is_utf8(bytes));
  if (json.is_string()) RC_ASSERT(json.get<std::string>() == bytes);
}

RC_GTEST_PROP(Formats, EveryRecordSurvivesBothFormats, ()) {
  const Record record{*any_bytes(), *any_bytes()};
  const auto json = parse_json(json_line(record.key, record.value));
  RC_ASSERT(json.has_value());
  RC_ASSERT(*json == record);
  std::string line = csv_line(record.key, record.value);
  line.pop_back();  // the line feed; the carriage return may stay
  const auto fields = parse_csv_fields(line);
  RC_ASSERT(fields.has_value());
  const auto csv = csv_record(*fields);
  RC_ASSERT(csv.has_value());
  RC_ASSERT(*csv == record);
}

TEST(Formats, CsvIsThatOfRfc4180) {
  EXPECT_THAT(*parse_csv_fields("a,b\r"), ElementsAre("a", "b"));
  EXPECT_THAT(*parse_csv_fields(R"("a,1","say ""hi""")"), ElementsAre("a,1", "say \"hi\""));
  EXPECT_THAT(*parse_csv_fields("\"two\nlines\",\"\"\r"), ElementsAre("two\nlines", ""));
  EXPECT_THAT(*parse_csv_fields(","), ElementsAre("", ""));
  EXPECT_TRUE(fails_with(Code::unavailable, parse_csv_fields("\"open,b")));
  EXPECT_TRUE(fails_with(Code::invalid_argument, parse_csv_fields("a\"b,c")));
  EXPECT_TRUE(fails_with(Code::invalid_argument, parse_csv_fields("\"a\"b,c")));
}

TEST(Formats, MalformedJsonIsRefusedWithTheCause) {
  EXPECT_THAT(message_of(parse_json("[1]")), HasSubstr("not a JSON object"));
  EXPECT_THAT(message_of(parse_json("{\"key\":\"a\"")), HasSubstr("not a JSON object"));
  EXPECT_THAT(message_of(parse_json("{\"key\":\"a\"}")), HasSubstr("no \"value\""));
  EXPECT_THAT(message_of(parse_json(R"({"key":"a","value":5})")), HasSubstr("neither a string"));
  EXPECT_THAT(message_of(parse_json(R"({"key":"a","value":"b","c":1})")), HasSubstr("more than"));
  EXPECT_THAT(message_of(parse_json(R"({"key":{"base64":"Z"},"value":""})")), HasSubstr("base64"));
}

TEST(Formats, AFilesNameTellsItsFormat) {
  EXPECT_EQ(*file_format_of("a.csv"), FileFormat::csv);
  EXPECT_EQ(*file_format_of("dir/a.jsonl"), FileFormat::json);
  EXPECT_THAT(message_of(file_format_of("a.txt")), HasSubstr("--format"));
  EXPECT_THAT(message_of(file_format("xml")), HasSubstr("json and csv"));
}

TEST(Output, ARowInEachForm) {
  constexpr std::string_view names[] = {"key", "value", "count", "yes"};
  const Columns columns{names, 1};
  const Cell cells[] = {std::string_view("k"), std::string_view("a,\n\xff"), std::uint64_t{7},
                        true};
  EXPECT_EQ(row_text(Format::plain, columns, cells), "a,\\x0a\\xff\t7\ttrue\n");
  EXPECT_EQ(row_text(Format::csv, columns, cells), "k,\"a,\\x0a\\xff\",7,true\r\n");
  EXPECT_EQ(row_text(Format::json, columns, cells),
            "{\"key\":\"k\",\"value\":{\"base64\":\"YSwK/w==\"},\"count\":7,\"yes\":true}\n");
  EXPECT_EQ(heading_text(Format::csv, columns), "key,value,count,yes\r\n");
  EXPECT_EQ(heading_text(Format::json, columns), "");
}

TEST(Commands, OptionsStandAnywhereUntilTwoDashesEndThem) {
  const auto scan = parse(*split("scan a --limit 3 --reverse b --prefix=p=q"));
  ASSERT_TRUE(ok(scan));
  EXPECT_THAT(scan->arguments, ElementsAre("a", "b"));
  EXPECT_EQ(scan->options.at("--limit"), "3");
  EXPECT_EQ(scan->options.at("--prefix"), "p=q");
  EXPECT_TRUE(scan->has("--reverse"));
  EXPECT_THAT(parse(*split("get -- --limit"))->arguments, ElementsAre("--limit"));
  EXPECT_THAT(parse(*split("get \"--limit\""))->arguments, ElementsAre("--limit"));
  EXPECT_THAT(parse(*split("put a -5"))->arguments, ElementsAre("a", "-5"));
}

TEST(Commands, WrongUseIsToldWithTheRemedy) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"gte a", "did you mean get?"},
      {"", "no command is called \"\""},
      {"get", "get KEY"},
      {"put a b c", "quote a word that holds blanks"},
      {"scan --limt 3", "did you mean --limit?"},
      {"scan --limit", "--limit N"},
      {"scan --reverse=yes", "takes no value"},
      {"scan --keys --keys", "given twice"},
  };
  for (const auto& [line, remedy] : cases) {
    const auto words = line.empty() ? std::vector<Word>{{"", true}} : *split(line);
    EXPECT_THAT(message_of(parse(words)), HasSubstr(std::string(remedy))) << line;
  }
}

TEST(Commands, EachHasAManual) {
  for (const Command& command : commands()) {
    EXPECT_THAT(manual(command), testing::StartsWith(usage(command) + ": ")) << command.name;
    EXPECT_THAT(overview(), HasSubstr(usage(command)));
  }
}

TEST(Completion, OffersWhatCanStandThere) {
  constexpr std::string_view snapshots[] = {"monday", "tuesday"};
  EXPECT_THAT(completions("ex", snapshots), ElementsAre("exists", "export"));
  EXPECT_THAT(completions("scan a --re", snapshots), ElementsAre("--reverse"));
  EXPECT_THAT(completions("get k --output j", snapshots), ElementsAre("json"));
  EXPECT_THAT(completions("export f --format ", snapshots), ElementsAre("json", "csv"));
  EXPECT_THAT(completions("help imp", snapshots), ElementsAre("import"));
  EXPECT_THAT(completions("snapshot l", snapshots), ElementsAre("list", "leave"));
  EXPECT_THAT(completions("snapshot use m", snapshots), ElementsAre("monday"));
  EXPECT_THAT(completions("put ", snapshots), IsEmpty());
  EXPECT_THAT(completions("nothing --", snapshots), IsEmpty());
  EXPECT_EQ(word_start("scan --re"), 5u);
  EXPECT_EQ(word_start("scan "), 5u);
  EXPECT_TRUE(completes_file("import da"));
  EXPECT_FALSE(completes_file("import --for"));
  EXPECT_FALSE(completes_file("get da"));
  const std::string words[] = {"exists", "export"};
  EXPECT_EQ(common_prefix(words), "ex");
}

TEST(Progress, TheBarFillsUp) {
  EXPECT_EQ(progress_bar(0, 8, 4), "[....]   0%");
  EXPECT_EQ(progress_bar(4, 8, 4), "[##..]  50%");
  EXPECT_EQ(progress_bar(9, 8, 4), "[####] 100%");  // the file grew while it was read
}

}  // namespace
}  // namespace kv::cli
