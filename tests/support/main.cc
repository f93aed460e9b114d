// The main() of every test program: GoogleTest with a story for each failure, and a record for the
// grader (tests/support/record.h).
//
//   --seed=N   what is random in the cases (default 1; RapidCheck's properties use it too)
//   --story    tells each step as it begins: where a case crashes or hangs, the last line says in
//              which call

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/record.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

std::string program_name;

std::string full_name(const testing::TestInfo& info) {
  return fmt::format("{}.{}", info.test_suite_name(), info.name());
}

// For people: after a failed case, what it did, step by step, and how to run it alone.
class Storyteller final : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo&) override { take_record(); }

  void OnTestEnd(const testing::TestInfo& info) override {
    const Record record = take_record();
    if (!info.result()->Failed()) return;
    if (!told_to_people()) print_steps(record);
    fmt::print("  Alone: {} --gtest_filter={} --seed={} --story\n", program_name, full_name(info),
               seed());
    std::fflush(stdout);
  }

  static void print_steps(const Record& record) {
    if (!record.story.empty()) fmt::print("  What happened:\n");
    for (std::size_t i = 0; i < record.story.size(); ++i)
      fmt::print("  {:4}. {}\n", i + 1, record.story[i]);
  }
};

// For the grader: one record, if just one case ran to its end.
class Recorder final : public testing::EmptyTestEventListener {
 public:
  Recorder(int fd, std::string nonce) : fd_(fd), nonce_(std::move(nonce)) {}

 private:
  void OnTestStart(const testing::TestInfo&) override { take_record(); }

  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (result.passed()) return;
    const char* file = result.file_name();
    fail_record(file == nullptr
                    ? result.summary()
                    : fmt::format("{}:{}: {}", file, result.line_number(), result.summary()));
  }

  void OnTestEnd(const testing::TestInfo& info) override {
    Record record = take_record();
    if (info.result()->Failed() && record.failures.empty()) record.failures.emplace_back("failed");
    const nlohmann::json json = {{"nonce", nonce_},
                                 {"test", full_name(info)},
                                 {"failures", record.failures},
                                 {"story", record.story},
                                 {"observations", record.observations}};
    // Bytes that are not UTF-8 must not cost the record.
    std::string text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    for (std::string_view rest = text; !rest.empty();) {
      const ssize_t written = ::write(fd_, rest.data(), rest.size());
      if (written <= 0) std::_Exit(3);
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  const int fd_;
  const std::string nonce_;
};

void take_off(int& argc, char** argv, int i) {
  std::move(argv + i + 1, argv + argc + 1, argv + i);
  --argc;
}

// Takes --story off the command line. True: it was there.
bool parse_story(int& argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) != "--story") continue;
    take_off(argc, argv, i);
    return true;
  }
  return false;
}

// Takes --seed=N off the command line.
void parse_seed(int& argc, char** argv) {
  constexpr std::string_view flag = "--seed=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with(flag)) continue;
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(argument.data() + flag.size(), argument.data() + argument.size(), value);
    if (error != std::errc() || end != argument.data() + argument.size()) {
      fmt::print(stderr, "{} takes a whole number: {}\n", flag, argument);
      std::exit(2);
    }
    set_seed(value);
    take_off(argc, argv, i--);
  }
  // RapidCheck reads its seed from here; one set by hand goes first.
  ::setenv("RC_PARAMS", fmt::format("seed={}", seed()).c_str(), /*overwrite=*/0);
}

}  // namespace
}  // namespace kv::test

int main(int argc, char** argv) {
  using namespace kv::test;
  program_name = argv[0];
  testing::InitGoogleTest(&argc, argv);
  parse_seed(argc, argv);
  const bool story = parse_story(argc, argv);
  if (argc > 1) {
    fmt::print(stderr, "unknown argument: {}\n", argv[1]);
    return 2;
  }
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  if (const char* fd = std::getenv("KV_RECORD_FD"); fd != nullptr) {
    std::string nonce;
    std::getline(std::cin, nonce);
    listeners.Append(new Recorder(std::atoi(fd), nonce));  // GoogleTest owns its listeners
    ::unsetenv("KV_RECORD_FD");
    if (const char* told = std::getenv("KV_STORY_FD"); told != nullptr) {
      tell_grader(std::atoi(told));
      ::unsetenv("KV_STORY_FD");
    }
  } else {
    if (story) tell_people();
    listeners.Append(new Storyteller);
  }
  return RUN_ALL_TESTS();
}
