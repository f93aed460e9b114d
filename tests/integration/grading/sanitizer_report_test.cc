// On what GCC's sanitizers printed for small programs with a fault each.

#include "apps/kvcourse/sanitizer_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace kv::course {
namespace {

constexpr auto root = "/home/ada/kvdb";

constexpr auto data_race = R"(a line that the program printed
==================
WARNING: ThreadSanitizer: data race (pid=6876)
  Read of size 8 at 0x7b0400004670 by thread T2:
    #0 List::count() const ../../labs/03-memtable/skip_list.cc:11 (t+0xc904)
    #1 operator() ../../tests/03-memtable/skip_list_test.cc:9 (t+0xcaee)
    #2 __invoke_impl<void, Beside::TestBody()::<lambda()> > /usr/include/c++/12/bits/invoke.h:61 (t+0xcaee)
    #3 _M_run /usr/include/c++/12/bits/std_thread.h:210 (t+0xcaee)
    #4 <null> <null> (libstdc++.so.6+0xd44a2)

  Previous write of size 8 at 0x7b0400004670 by thread T1:
    #0 operator new(unsigned long) ../../../../src/libsanitizer/tsan/tsan_new_delete.cpp:64 (libtsan.so.2+0x87323)
    #1 List::insert(int) ../../labs/03-memtable/skip_list.cc:6 (t+0xc87b)
    #2 operator() ../../tests/03-memtable/skip_list_test.cc:8 (t+0xc969)
    #3 <null> <null> (libstdc++.so.6+0xd44a2)

  Thread T2 (tid=6882, running) created by main thread at:
    #0 pthread_create ../../../../src/libsanitizer/tsan/tsan_interceptors_posix.cpp:1001 (libtsan.so.2+0x5e686)
    #1 testing::Test::Run() /usr/src/googletest/googletest/src/gtest.cc:2650 (t+0x41146)

SUMMARY: ThreadSanitizer: data race ../../labs/03-memtable/skip_list.cc:11 in List::count() const
==================
==================
WARNING: ThreadSanitizer: data race (pid=6876)
  Read of size 4 at 0x7b0400004678 by thread T2:
)";

TEST(SanitizerReport, BothAccessesOfARaceAreShownWithTheProjectsFramesAlone) {
  const auto report = first_sanitizer_report(data_race, root);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->headline, "WARNING: ThreadSanitizer: data race (pid=6876)");
  EXPECT_EQ(report->text, R"(WARNING: ThreadSanitizer: data race (pid=6876)
  Read of size 8 at 0x7b0400004670 by thread T2:
    #0 List::count() const labs/03-memtable/skip_list.cc:11
    #1 operator() tests/03-memtable/skip_list_test.cc:9

  Previous write of size 8 at 0x7b0400004670 by thread T1:
    #1 List::insert(int) labs/03-memtable/skip_list.cc:6
    #2 operator() tests/03-memtable/skip_list_test.cc:8

  Thread T2 (tid=6882, running) created by main thread at:

SUMMARY: ThreadSanitizer: data race labs/03-memtable/skip_list.cc:11 in List::count() const
)");
}

TEST(SanitizerReport, WhatStandsBehindTheSummaryIsLeftOut) {
  const auto report = first_sanitizer_report(R"(
=================================================================
==6903==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000230 at pc 0x562c bp 0x7ffe sp 0x7ffe
WRITE of size 8 at 0x602000000230 thread T0
    #0 0x562cc73259a6 in List::publish(Node*, Node*) ../../labs/03-memtable/skip_list.cc:3
    #1 0x562cc73581bd in testing::Test::Run() (/home/ada/kvdb/build/asan/bin/t+0x5e1bd)

freed by thread T0 here:
    #0 0x7fb427aba3c8 in operator delete(void*, unsigned long) ../../../../src/libsanitizer/asan/asan_new_delete.cpp:164
    #1 0x562cc7326740 in Freed_Test::TestBody() ../../tests/03-memtable/skip_list_test.cc:15

SUMMARY: AddressSanitizer: heap-use-after-free ../../labs/03-memtable/skip_list.cc:3 in List::publish(Node*, Node*)
Shadow bytes around the buggy address:
  0x0c047fff7ff0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
==6903==ABORTING
)",
                                             root);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(
      report->text,
      R"(ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000230 at pc 0x562c bp 0x7ffe sp 0x7ffe
WRITE of size 8 at 0x602000000230 thread T0
    #0 0x562cc73259a6 in List::publish(Node*, Node*) labs/03-memtable/skip_list.cc:3

freed by thread T0 here:
    #1 0x562cc7326740 in Freed_Test::TestBody() tests/03-memtable/skip_list_test.cc:15

SUMMARY: AddressSanitizer: heap-use-after-free labs/03-memtable/skip_list.cc:3 in List::publish(Node*, Node*)
)");
}

TEST(SanitizerReport, UndefinedBehaviourIsToldWithItsPlace) {
  const auto report = first_sanitizer_report(
      "before\n/home/ada/kvdb/labs/03-memtable/ub.cc:1:64: runtime error: signed integer overflow: "
      "2147483647 + 1 cannot be represented in type 'int'\n",
      root);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->headline,
            "labs/03-memtable/ub.cc:1:64: runtime error: signed integer overflow: 2147483647 + 1 "
            "cannot be represented in type 'int'");
  EXPECT_EQ(report->text, report->headline + "\n");
}

TEST(SanitizerReport, TheProjectMayBeNamedFromTheBuildFolderInFullOrNotAtAll) {
  for (const std::string place : {"../../", "/home/ada/kvdb/", ""}) {
    const auto report = first_sanitizer_report(
        "WARNING: ThreadSanitizer: data race (pid=1)\n"
        "    #0 main " +
            place +
            "src/a.cc:1 (t+0xc904)\n"
            "    #1 new ../../../../src/libsanitizer/tsan/tsan_new_delete.cpp:64 "
            "(libtsan.so.2+0x8)\n"
            "    #2 Run() /usr/src/googletest/googletest/src/gtest.cc:2650 (t+0x41146)\n",
        root);
    ASSERT_TRUE(report.has_value());
    EXPECT_EQ(report->text,
              "WARNING: ThreadSanitizer: data race (pid=1)\n    #0 main src/a.cc:1\n");
  }
}

TEST(SanitizerReport, ADeepRecursionDoesNotHideWhatFollows) {
  std::string errors = "==1==ERROR: AddressSanitizer: stack-overflow on address 0x7ffe\n";
  for (int i = 0; i < 250; ++i)
    errors += "    #" + std::to_string(i) + " 0x1 in f() /home/ada/kvdb/labs/03-memtable/a.cc:1\n";
  errors += "\nSUMMARY: AddressSanitizer: stack-overflow\n";
  const auto report = first_sanitizer_report(errors, root);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(std::count(report->text.begin(), report->text.end(), '#'), 8);
  EXPECT_TRUE(report->text.ends_with("\nSUMMARY: AddressSanitizer: stack-overflow\n"));
}

TEST(SanitizerReport, NoMoreThanFortyLinesAreShown) {
  std::string errors = "==1==ERROR: LeakSanitizer: detected memory leaks\n";
  for (int i = 0; i < 100; ++i) errors += "Direct leak of 8 byte(s) in 1 object(s)\n";
  const auto report = first_sanitizer_report(errors, root);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(std::count(report->text.begin(), report->text.end(), '\n'), 40);
}

TEST(SanitizerReport, WithoutAFrameOfTheProjectNoneIsLeftOut) {
  const std::string text =
      "WARNING: ThreadSanitizer: data race (pid=1)\n  Read of size 8 by thread T1:\n"
      "    #0 memcpy <null> (libtsan.so.2)\nSUMMARY: ThreadSanitizer: data race in memcpy\n";
  for (const char* folder : {root, ""}) {
    const auto report = first_sanitizer_report(text, folder);
    ASSERT_TRUE(report.has_value());
    EXPECT_EQ(report->text, text);
  }
}

TEST(SanitizerReport, WhatIsNoReportIsNone) {
  EXPECT_FALSE(first_sanitizer_report("", root).has_value());
  EXPECT_FALSE(first_sanitizer_report("terminate called\n", root).has_value());
}

}  // namespace
}  // namespace kv::course
