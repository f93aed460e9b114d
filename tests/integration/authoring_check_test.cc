// The parts of `kvcourse check` and `kvcourse mutants` that are pure.

#include <gtest/gtest.h>

#include "apps/kvcourse/build_tree.h"
#include "apps/kvcourse/check.h"
#include "apps/kvcourse/documents.h"
#include "apps/kvcourse/mutants.h"
#include "apps/kvcourse/style_limits.h"
#include "apps/kvcourse/symbols.h"
#include "apps/kvcourse/tool.h"
#include "tests/integration/authoring_project.h"
#include "tests/support/expect.h"

namespace kv::course {
namespace {

using test::fails_with;
using test::ok;
using Texts = std::vector<std::string>;

Texts texts_of(const Findings& findings) {
  Texts texts;
  for (const Finding& finding : findings) texts.push_back(finding.text());
  return texts;
}

bool any_says(const Findings& findings, const std::string& what) {
  for (const Finding& finding : findings) {
    if (finding.text().find(what) != std::string::npos) return true;
  }
  return false;
}

// --- documents ---

class Documents : public testing::Test {
 protected:
  Documents() {
    project_.write("src/kv/store.h", "");
    project_.write("docs/api.md", "# The API\n## Two words, `code`!\n## Again\n## Again\n");
    project_.write("lessons/01-a/figure.svg", "");
  }

  Texts check(const std::string& markdown) {
    return texts_of(
        check_document(project_.root(), "lessons/01-a/README.md", markdown, {"lab", "test"}));
  }

  TemporaryProject project_;
};

TEST_F(Documents, WhatIsThereIsFine) {
  EXPECT_EQ(check("# Head line\n"
                  "[api](../../docs/api.md) [again](../../docs/api.md#again-1) [me](#head-line)\n"
                  "`src/kv/store.h` `kv/store.h:12` ![f](figure.svg) `lessons/01-a/`\n"
                  "`make lab LAB=1 && make test` [web](https://example.org/x.md)\n"
                  "```\n$ make test   # runs them\nint x;\n```\n"),
            Texts());
}

TEST_F(Documents, WhatIsNotThereIsFoundWithItsLine) {
  EXPECT_EQ(check("x\n[a](gone.md)\n"),
            Texts{"lessons/01-a/README.md:2: links to gone.md, which is not there: links are "
                  "relative to the document's folder"});
  EXPECT_EQ(check("[a](../../docs/api.md#gone)\n"),
            Texts{"lessons/01-a/README.md:1: links to ../../docs/api.md#gone, but there is no such "
                  "heading"});
  EXPECT_EQ(check("`kv/gone.h`\n"),
            Texts{"lessons/01-a/README.md:1: names `kv/gone.h`, which is not in the tree: correct "
                  "the path or add the file"});
  EXPECT_EQ(check("`src/gone`").size(), 1U);
  EXPECT_EQ(check("`make nothing`\n"), Texts{"lessons/01-a/README.md:1: names `make nothing`, "
                                             "which the Makefile does not have"});
  EXPECT_EQ(check("```sh\nmake lab nothing\n```\n").size(), 1U);
}

TEST_F(Documents, PlaceholdersAndOtherProjectsNameNoFileOfTheTree) {
  EXPECT_EQ(check("`labs/NN-name/x.cc` `tests/*/lab.toml` `solutions/<lab>/a.cc` `build/dev/a.h`\n"
                  "[`db/skiplist.h`](https://example.org/db) `make lab LAB=N` `and/or` `a.h`\n"),
            Texts());
}

TEST(Anchors, AreMadeAsGitHubMakesThem) {
  EXPECT_EQ(anchors_of("# The log's layout\n## `put`, [get](x)\n## A\n## A\n```\n# no\n```\n#no\n"),
            (std::set<std::string>{"the-logs-layout", "put-get", "a", "a-1"}));
}

TEST(MakeTargets, AreTheRulesNotTheVariables) {
  EXPECT_EQ(
      make_targets("A := 1\nB ?= x\n.PHONY: x\nlab test: build ## do\n\tcc: x\n%.o: y\n# c: d"),
      (std::set<std::string>{"lab", "test"}));
}

// --- style limits ---

std::string lines(std::size_t count, const std::string& line) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += line + "\n";
  return text;
}

TEST(StyleLimits, AFileOverFourHundredLines) {
  EXPECT_TRUE(check_limits("a.cc", lines(400, "int a;")).empty());
  EXPECT_EQ(texts_of(check_limits("a.cc", lines(401, "int a;"))),
            Texts{"a.cc: 401 lines, at most 400: part it by ideas"});
}

TEST(StyleLimits, AFunctionOverSeventyLines) {
  EXPECT_TRUE(check_limits("a.cc", "void f() {\n" + lines(68, "g();") + "}\n").empty());
  EXPECT_EQ(texts_of(check_limits("a.cc", "\nvoid f(\n    int a) {\n" + lines(68, "g();") + "}\n")),
            Texts{"a.cc:2: a function of 71 lines, at most 70: give its parts names"});
  EXPECT_EQ(
      check_limits("a.cc", "template <class T>\nT f() {\n" + lines(70, "g();") + "}\n").size(), 1U);
}

TEST(StyleLimits, OtherBlocksMayBeLong) {
  for (const std::string head : {"namespace a {", "class A final : public B<C()> {", "struct S {",
                                 "enum class E {", "const int table[] = {"}) {
    EXPECT_TRUE(check_limits("a.cc", head + "\n" + lines(100, "int a;") + "}\n").empty()) << head;
  }
}

TEST(StyleLimits, BracesInTextAndCommentsDoNotCount) {
  const std::string tricky =
      "void f() {\n  // {\n  /* { */ g(\"{\\\"{\", '{', 1'000, R\"(a{\")\");\n}\n";
  EXPECT_TRUE(check_limits("a.cc", tricky + lines(100, "int a;")).empty());
}

// --- symbols, commands ---

TEST(SymbolsOfObjects, AreThoseOfOurNamespace) {
  const Symbols symbols = parse_nm(
      "\na.o:\n"
      "0000000000000040 T kv::make_map_store(kv::Options const&)\n"
      "0000000000000000 t kv::(anonymous namespace)::local()\n"
      "0000000000000000 W kv::inline_one()\n"
      "0000000000000000 D vtable for kv::Base\n"
      "                 U kv::needed(int)\n"
      "                 U kv::inline_one()\n"
      "                 U std::terminate()\n"
      "\nb.o:\n"
      "                 U kv::make_map_store(kv::Options const&)\n");
  EXPECT_EQ(symbols.defined, (std::set<std::string>{"kv::make_map_store(kv::Options const&)",
                                                    "vtable for kv::Base"}));
  EXPECT_EQ(symbols.needed, std::set<std::string>{"kv::needed(int)"});
}

TEST(ShellWords, KnowQuotesAndBackslashes) {
  EXPECT_EQ(shell_words(R"(g++  -DA=\"x\" 'a b' "c \"d" -o a\ b.o '')"),
            (Texts{"g++", "-DA=\"x\"", "a b", "c \"d", "-o", "a b.o", ""}));
}

TEST(FirstError, IsTheLineThatSaysWhatIsWrong) {
  EXPECT_EQ(first_error("in function f:\n  a.cc:1:2: error: no\nmore\n"), "a.cc:1:2: error: no");
  EXPECT_EQ(first_error("\ntar: cannot open\n"), "tar: cannot open");
}

// --- holes and tasks ---

Lab lab_with(std::size_t tasks) {
  Lab lab;
  lab.name = "01-a";
  for (std::size_t i = 1; i <= tasks; ++i) {
    TaskInfo task;
    task.number = "1." + std::to_string(i);
    lab.tasks.push_back(task);
  }
  return lab;
}

Findings holes_of(const Lab& lab, const std::string& text) {
  auto solution = parse_solution("a.cc", text);
  EXPECT_TRUE(ok(solution));
  return check_holes(lab, {{"a.cc", solution.value_or(Solution{})}});
}

std::string hole(const std::string& task, std::size_t count = 1) {
  return "//[ throw todo(\"" + task + "\");\n" + lines(count, "x") + "//]\n";
}

TEST(CheckHoles, WithinItsLimitsNothingIsFound) {
  EXPECT_TRUE(holes_of(lab_with(3), hole("1.1") + hole("1.2", 498) + hole("1.3")).empty());
}

TEST(CheckHoles, TooMuchTooFewAndUnknown) {
  EXPECT_TRUE(any_says(holes_of(lab_with(3), hole("1.1") + hole("1.2", 499) + hole("1.3")),
                       "501 lines of reference in holes, at most 500"));
  EXPECT_TRUE(any_says(holes_of(lab_with(3), hole("1.1") + hole("1.2")), "2 tasks have holes"));
  EXPECT_TRUE(any_says(holes_of(lab_with(1), hole("1.1") + hole("1.2")),
                       "solutions/01-a/a.cc:4: task 1.2 is not in tests/01-a/lab.toml"));
  EXPECT_TRUE(any_says(holes_of(lab_with(1), "//[\nx\n//]\n"), "names no task"));
}

// --- the catalogue of mutants ---

constexpr std::string_view one_mutant =
    "[[mutant]]\nname = \"m\"\nfile = \"a.cc\"\ntask = \"1.1\"\nfind = \"x\"\nreplace = \"y\"\n"
    "why = \"w\"\n";

std::string error_of(const std::string& text) {
  const auto mutants = parse_mutants("mutants.toml", text);
  EXPECT_TRUE(fails_with(Code::invalid_argument, mutants)) << text;
  return mutants ? "" : mutants.error().message();
}

TEST(Catalogue, IsReadWhole) {
  const auto mutants = parse_mutants("m.toml", std::string(one_mutant) + "preset = \"tsan\"\n");
  ASSERT_TRUE(ok(mutants));
  ASSERT_EQ(mutants->size(), 1U);
  EXPECT_EQ(mutants->front().find, "x");
  EXPECT_EQ(mutants->front().preset, "tsan");
  EXPECT_EQ(mutants->front().line, 1U);
  EXPECT_EQ(plant(mutants->front(), "a x b"), "a y b");
}

TEST(Catalogue, ErrorsNameFileAndLine) {
  EXPECT_TRUE(error_of("[[mutant]\n").starts_with("mutants.toml:1: "));
  EXPECT_EQ(error_of(std::string(one_mutant) + "fond = \"x\"\n"),
            "mutants.toml:1: unknown key \"fond\"; a mutant has name, file, task, find, replace, "
            "preset, why");
  EXPECT_EQ(error_of(std::string(one_mutant) + "preset = 3\n"),
            "mutants.toml:1: preset must be a text in quotes");
  EXPECT_EQ(error_of("\n[[mutant]]\nname = \"m\"\n"), "mutants.toml:2: file is missing or empty");
  EXPECT_EQ(error_of("x = 1\n"), "mutants.toml:1: only [[mutant]] stands here, not x");
  EXPECT_EQ(error_of("mutant = [1]\n"), "mutants.toml:1: each mutant is a table: [[mutant]]");
}

Findings catalogue_of(std::vector<Mutant> mutants) {
  return check_catalogue("m.toml", lab_with(1), mutants, {{"a.cc", "one two two"}, {"a.h", "one"}});
}

Mutant mutant(std::string name) {
  Mutant result;
  result.name = std::move(name);
  result.file = "a.cc";
  result.task = "1.1";
  result.find = "one";
  result.replace = "1";
  result.why = "w";
  result.line = 7;
  return result;
}

std::vector<Mutant> eight() {
  std::vector<Mutant> mutants;
  for (char c = 'a'; c < 'i'; ++c) mutants.push_back(mutant(std::string(1, c)));
  return mutants;
}

TEST(Catalogue, EightThatFitAreEnough) { EXPECT_EQ(texts_of(catalogue_of(eight())), Texts()); }

TEST(Catalogue, FindsWhatDoesNotFit) {
  const auto with = [](auto change) {
    auto mutants = eight();
    change(mutants[3]);
    return catalogue_of(mutants);
  };
  EXPECT_EQ(texts_of(with([](Mutant& m) { m.find = "two"; })),
            Texts{"m.toml:7: d: its find occurs 2 times in a.cc, not once: give as much of the "
                  "text as it takes"});
  EXPECT_TRUE(any_says(with([](Mutant& m) { m.find = "three"; }), "occurs 0 times"));
  EXPECT_TRUE(any_says(with([](Mutant& m) { m.file = "b.cc"; }), "has no file b.cc"));
  EXPECT_TRUE(any_says(with([](Mutant& m) { m.file = "a.h"; }), "not a .cc file"));
  EXPECT_TRUE(any_says(with([](Mutant& m) { m.task = "1.2"; }), "no task 1.2"));
  EXPECT_TRUE(any_says(with([](Mutant& m) { m.preset = "fast"; }), "no preset fast"));
  EXPECT_TRUE(any_says(with([](Mutant& m) { m.name = "a"; }), "a second mutant a"));
}

TEST(Catalogue, FindsTooFewAndTooManyDeletions) {
  EXPECT_TRUE(any_says(catalogue_of({mutant("a")}), "1 mutants, at least 8"));
  EXPECT_TRUE(any_says(catalogue_of({mutant("a")}), "1 mutants for task 1.1, at least 2"));
  auto mutants = eight();
  mutants[0].replace = "";
  mutants[1].replace = " \n";
  EXPECT_TRUE(catalogue_of(mutants).empty());
  mutants[2].replace = "";
  EXPECT_TRUE(any_says(catalogue_of(mutants), "3 of 8 mutants merely delete something"));
}

}  // namespace
}  // namespace kv::course
