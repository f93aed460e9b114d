#include "apps/kvcourse/process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "tests/support/expect.h"

namespace kv::course {
namespace {

using kv::test::fails_with;
using kv::test::ok;
using std::chrono::milliseconds;

Command shell(const std::string& script) {
  Command command;
  command.arguments = {"sh", "-c", script};
  return command;
}

Outcome outcome_of(const Command& command) {
  Result<Outcome> outcome = run(command);
  EXPECT_TRUE(ok(outcome));
  return outcome ? std::move(*outcome) : Outcome{};
}

// Whether the process whose number the text begins with is there, and not merely unreaped.
bool alive(const std::string& pid) {
  std::ifstream status("/proc/" + std::to_string(std::stoi(pid)) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(status), {}};
  return !text.empty() && text.find(") Z ") == std::string::npos;
}

TEST(Run, SaysHowTheProgramEnded) {
  const Outcome exited = outcome_of(shell("echo out; echo err >&2; exit 7"));
  EXPECT_EQ(exited.end, Outcome::End::exited);
  EXPECT_EQ(exited.code, 7);
  EXPECT_EQ(exited.output, "out\n");
  EXPECT_EQ(exited.errors, "err\n");
  const Outcome killed = outcome_of(shell("kill -TERM $$"));
  EXPECT_EQ(killed.end, Outcome::End::signalled);
  EXPECT_EQ(killed.code, SIGTERM);
  EXPECT_TRUE(outcome_of(shell("true")).succeeded());
}

TEST(Run, GivesFolderEnvironmentInputAndRecord) {
  Command command = shell("pwd; echo $KV_TEST; cat; echo noted >&$KV_RECORD_FD");
  command.directory = "/";
  command.environment["KV_TEST"] = "a b";
  command.input = "typed";
  command.record = true;
  const Outcome outcome = outcome_of(command);
  EXPECT_EQ(outcome.output, "/\na b\ntyped");
  EXPECT_EQ(outcome.record, "noted\n");
}

TEST(Run, AProgramThatIsNotThereIsAnError) {
  for (const char* name : {"no-such-program-anywhere", "/no/such/program", "", "/etc/passwd"}) {
    Command command;
    command.arguments = {name};
    EXPECT_TRUE(fails_with(Code::invalid_argument, run(command))) << name;
  }
  Command nowhere = shell("true");
  nowhere.directory = "/no/such/folder";
  const Result<Outcome> outcome = run(nowhere);
  ASSERT_TRUE(fails_with(Code::invalid_argument, outcome));
  EXPECT_NE(outcome.error().message().find("/no/such/folder"), std::string::npos);
}

TEST(Run, FullPipesInAllDirectionsDoNotLock) {
  Command command = shell("cat; head -c 3000000 /dev/zero >&2; head -c 300000 /dev/zero >&3");
  command.record = true;
  command.input = std::string(1'000'000, 'i');
  const Outcome outcome = outcome_of(command);
  EXPECT_TRUE(outcome.succeeded());
  EXPECT_EQ(outcome.output, command.input);
  EXPECT_EQ(outcome.errors.size(), command.output_limit_bytes);
  EXPECT_EQ(outcome.record.size(), 300'000U);
}

TEST(Run, InputThatNobodyReadsIsNoFailure) {
  Command command = shell("exec <&-; echo done");
  command.input = std::string(1'000'000, 'i');
  EXPECT_EQ(outcome_of(command).output, "done\n");
}

TEST(Run, EndsAProgramWhoseTimeIsUp) {
  Command command = shell("echo begun; trap '' TERM INT HUP; while true; do sleep 100; done");
  command.time_limit = milliseconds(200);
  const Outcome outcome = outcome_of(command);
  EXPECT_EQ(outcome.end, Outcome::End::timed_out);
  EXPECT_EQ(outcome.output, "begun\n");
}

TEST(Run, BoundsMemoryAndFiles) {
  Command command = shell("ulimit -v; ulimit -f; ulimit -c");
  command.memory_limit_bytes = std::uint64_t{1} << 30;
  command.file_limit_bytes = std::uint64_t{1} << 20;
  EXPECT_EQ(outcome_of(command).output, "1048576\n2048\n0\n");
}

TEST(Run, WhatTheProgramLeftBehindIsGone) {
  // In the background, in a session of its own, with the pipes still open.
  const Outcome outcome =
      outcome_of(shell("folder=$(mktemp -d) && mkfifo $folder/begun && "
                       "{ setsid sh -c 'echo $$; echo >'$folder'/begun; exec sleep 1000' & "
                       "read line <$folder/begun; rm -r $folder; "
                       "setsid sh -c 'setsid sleep 1000 & echo $!; exit 0'; exit 0; }"));
  EXPECT_TRUE(outcome.succeeded());
  const std::size_t second = outcome.output.find('\n') + 1;
  ASSERT_LT(second, outcome.output.size());
  EXPECT_FALSE(alive(outcome.output));
  EXPECT_FALSE(alive(outcome.output.substr(second)));
}

TEST(Run, ManyAtOnceDoNotWaitForEachOther) {
  // cat ends when its input does: a writing end that leaked into a neighbour would hold it up.
  Command slow = shell("sleep 1000");
  slow.time_limit = std::chrono::seconds(3);
  const std::jthread neighbour([&] { (void)outcome_of(slow); });
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(outcome_of(shell("cat")).output, "");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

TEST(Run, OutlivesAnAttackOnTheSupervisor) {
  const Outcome outcome = outcome_of(shell("echo $$; kill -KILL $PPID; sleep 1000"));
  EXPECT_FALSE(outcome.succeeded());
  EXPECT_EQ(outcome.end, Outcome::End::signalled);
}

TEST(Run, AStoppedSupervisorDoesNotStopUs) {
  Command command = shell("kill -STOP $PPID; sleep 1000");
  command.time_limit = milliseconds(100);
  EXPECT_EQ(outcome_of(command).end, Outcome::End::timed_out);
}

}  // namespace
}  // namespace kv::course
