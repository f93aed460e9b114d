// What is tested with the broken stores is tested here: the catalogue quotes the headers truly, its
// stores cannot be told apart by type, and the contract suite fails each of them. For that, runs
// test_contract_broken, which stands beside this program, once for each.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <typeinfo>

#include "tests/01-introduction/broken_stores.h"

namespace kv::test {
namespace {

std::filesystem::path folder_of_this_program() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

// The text of a header as one line, without the marks of comments.
std::string words_of(const std::filesystem::path& header) {
  std::ifstream file(header);
  std::string text;
  for (std::string word; file >> word;) {
    if (word != "//") text.append(text.empty() ? "" : " ").append(word);
  }
  return text;
}

TEST(Catalogue, QuotesTheHeaders) {
  std::filesystem::path root = folder_of_this_program();
  while (!std::filesystem::exists(root / "CMakePresets.json")) {
    ASSERT_NE(root, root.parent_path()) << "this program stands outside of the project";
    root = root.parent_path();
  }
  for (const BrokenStore& broken : broken_stores()) {
    EXPECT_NE(words_of(root / "src" / broken.header).find(broken.sentence), std::string::npos)
        << broken.header << " does not say: \"" << broken.sentence << "\" (" << broken.name << ")";
  }
}

TEST(Catalogue, TypesTellNothing) {
  const auto right = open_disguised(0);
  const auto iterator_of = [](Store& store) { return store.scan().value(); };
  for (const BrokenStore& broken : broken_stores()) {
    const auto store = open_broken(broken.fault);
    EXPECT_EQ(typeid(*store), typeid(*right)) << broken.name;
    EXPECT_EQ(typeid(*iterator_of(*store)), typeid(*iterator_of(*right))) << broken.name;
    EXPECT_EQ(typeid(*store->snapshot().value()), typeid(*right->snapshot().value()))
        << broken.name;
  }
}

class ContractSuite : public testing::TestWithParam<BrokenStore> {};

TEST_P(ContractSuite, FailsABrokenStore) {
  const auto program = folder_of_this_program() / "test_contract_broken";
  const std::string command = fmt::format("KV_FAULT={} '{}' --gtest_fail_fast --gtest_brief=1 2>&1",
                                          GetParam().name, program.string());
  std::FILE* pipe = ::popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string output;
  std::array<char, 4096> part;
  while (const std::size_t got = std::fread(part.data(), 1, part.size(), pipe)) {
    output.append(part.data(), got);
  }
  const int status = ::pclose(pipe);
  // One case failed, and the program ended as such programs do: no crash passes for a verdict.
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1) << output;
  EXPECT_NE(output.find("[  FAILED  ]"), std::string::npos)
      << "No case of the contract suite notices that " << GetParam().instead << ". "
      << GetParam().header << " promises: \"" << GetParam().sentence << "\"";
}

INSTANTIATE_TEST_SUITE_P(Catalogue, ContractSuite,
                         testing::ValuesIn(broken_stores().begin(), broken_stores().end()),
                         [](const auto& broken) { return std::string(broken.param.name); });

}  // namespace
}  // namespace kv::test
