#include "tests/integration/grading/submissions.h"

namespace kv::test {
namespace {

// A program whose answer() begins with `action`, and then answers right. `before` stands at the
// top.
std::string answering_after(const std::string& action, const std::string& before = "") {
  return R"(
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <string>
#include <string_view>
)" + before +
         "std::string answer(std::string_view question) {\n" + action +
         "\n  return std::to_string(question.size()) + std::string(question);\n}\n";
}

// Something that is done before main() begins.
std::string before_main(const std::string& action) {
  return "static const int early = [] { " + action + " return 0; }();\n";
}

std::string record(const std::string& nonce, const std::string& test) {
  return R"("{\"nonce\":\"" + )" + nonce + R"( + "\",\"test\":\"" + )" + test +
         R"( + "\",\"failures\":[],\"story\":[],\"observations\":[]}\n")";
}

const char* const seen_cause =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    "sanitizer report";
#else
    "crashed by SIGSEGV";
#endif

// Under a sanitizer, memory counts when it is touched.
const char* const memory_eater =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    "  for (;;) (new std::string)->assign(16 << 20, 'x');";
#else
    "  for (;;) (new std::string)->reserve(16 << 20);";
#endif

// A record for every descriptor there may be, with a nonce that cannot be right.
Submission forger_of_records() {
  return {"writes a record to every descriptor",
          answering_after("  const std::string text = " +
                          record("std::string(32, '0')", "std::string(\"Short.OneLetter\")") +
                          ";\n  for (int fd = 0; fd < 1024; ++fd)"
                          " if (write(fd, text.data(), text.size()) < 0) continue;\n"
                          "  _exit(0);"),
          "invalid record"};
}

// The best that a forger can do: it takes the nonce off standard input before main() can, and the
// name of the case from the command line. What the reference observes it cannot know.
Submission forger_with_the_nonce() {
  return {"knows the nonce and forges the record before main",
          answering_after(
              "", "#include <fstream>\n#include <iostream>\n#include <iterator>\n" +
                      before_main("std::string nonce; std::getline(std::cin, nonce);"
                                  "std::ifstream line(\"/proc/self/cmdline\");"
                                  "std::string all{std::istreambuf_iterator<char>(line), {}};"
                                  "std::string test = all.c_str() + all.find(\"filter=\") + 7;"
                                  "std::string text = " +
                                  record("nonce", "test") +
                                  "; if (const char* fd = getenv(\"KV_RECORD_FD\"))"
                                  " if (write(atoi(fd), text.data(), text.size()) > 0) _exit(0);")),
          "the case ended before"};
}

}  // namespace

std::string right_answer() { return answering_after(""); }

std::string untouched_skeleton() {
  return R"(
#include <string>
#include <string_view>
#include "base/todo.h"
std::string answer(std::string_view question) { throw kv::todo("1.1", question); }
)";
}

std::vector<Submission> worthless_submissions() {
  return {
      {"the untouched skeleton", untouched_skeleton(),
       "not written yet: lab 1.1, labs/01-mini/answer.cc:5"},
      {"does not compile", "std::string answer(std::string_view) { return 1 }\n",
       "did not build: labs/01-mini/answer.cc:1"},
      {"does not link", "int other() { return 1; }\n", "undefined reference to `answer"},
      {"brings a main of its own", right_answer() + "int main() { return 0; }\n",
       "multiple definition of `main'"},
      {"answers wrong",
       "#include <string>\n#include <string_view>\n"
       "std::string answer(std::string_view q) { return std::string(q); }\n",
       "expected  \"1a\"\n      seen      \"a\""},
      {"crashes", answering_after("  raise(SIGSEGV);"), seen_cause},
      {"hangs", answering_after("  for (;;) pause();"), "hung: still running after"},
      {"exits with 0", answering_after("  _exit(0);"),
       "exited early with code 0, before the case ended"},
      {"exits with 0 before main", answering_after("", before_main("_exit(0);")),
       "ran no test: ended with code 0"},
      {"prints a forged pass",
       answering_after("  puts(\"[       OK ] Short.OneLetter (0 ms)\\n"
                       "[  PASSED  ] 100 tests.\"); fflush(stdout); _exit(0);"),
       "exited early with code 0, before the case ended"},
      forger_of_records(),
      forger_with_the_nonce(),
      {"runs no test",
       answering_after("", before_main("setenv(\"GTEST_TOTAL_SHARDS\", \"2\", 1);"
                                       "setenv(\"GTEST_SHARD_INDEX\", \"1\", 1);")),
       "ran no test: ended with code 0"},
      {"prints without end", answering_after("  for (;;) puts(std::string(1000, 'x').c_str());"),
       "hung: still running after"},
      {"eats memory", answering_after(memory_eater), "out of memory"},
      {"fills the disk",
       answering_after(
           "  const int fd = open(\"big\", O_CREAT | O_WRONLY, 0600);"
           " lseek(fd, 1 << 30, SEEK_SET); return write(fd, \"x\", 1) < 0 ? \"\" : \"y\";"),
       "crashed by SIGXFSZ"},
      {"kills its parent", answering_after("  kill(getppid(), SIGKILL); for (;;) pause();"),
       "crashed by SIGKILL"},
      {"leaves processes in sessions of their own and hangs",
       answering_after("  for (int i = 0; i < 20; ++i) if (fork() == 0) {"
                       " setsid(); if (fork() != 0) _exit(0); for (;;) pause(); }"
                       " for (;;) pause();"),
       "hung: still running after"},
  };
}

}  // namespace kv::test
