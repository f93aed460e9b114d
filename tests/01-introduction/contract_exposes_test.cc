// The contract suite is itself tested: each broken store must fail it. Runs test_contract_broken,
// which stands beside this program, once for each.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

#include "tests/01-introduction/broken_stores.h"

namespace kv::test {
namespace {

class ContractSuite : public testing::TestWithParam<BrokenStore> {};

TEST_P(ContractSuite, FailsABrokenStore) {
  const auto program =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "test_contract_broken";
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
