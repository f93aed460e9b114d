#include "apps/kvcourse/judge.h"

#include <fmt/format.h>
#include <signal.h>
#include <string.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/kvcourse/sanitizer_report.h"

namespace kv::course {
namespace {

// The place of a hole that the program came to, as the hole itself told it; empty if there is none.
std::string todo_in(std::string_view text) {
  const std::size_t begin = text.find("not written yet: lab ");
  if (begin == text.npos) return {};
  std::string_view line = text.substr(begin, text.substr(begin).find('\n'));
  // GoogleTest quotes what an exception said.
  return std::string(line.substr(0, line.find('"')));
}

// Whether a sanitizer reported something, which then is what the attempt failed by.
bool judge_sanitizer(const Question& question, const Outcome& outcome, Attempt& attempt) {
  std::optional<SanitizerReport> report = first_sanitizer_report(outcome.errors, question.root);
  if (!report) return false;
  attempt.cause = Cause::sanitizer;
  attempt.detail = std::move(report->headline);
  attempt.report = std::move(report->text);
  return true;
}

// The end of what a program printed is what it printed about its end.
std::string last_lines(std::string_view text) {
  constexpr std::size_t most_bytes = 2000;
  return std::string(text.substr(text.size() - std::min(text.size(), most_bytes)));
}

// The steps of a story that was told while it happened; the last one may have no end.
std::vector<std::string> steps_in(std::string_view told) {
  std::vector<std::string> steps;
  while (!told.empty()) {
    const std::size_t end = told.find('\n');
    steps.emplace_back(told.substr(0, end));
    if (end == told.npos) steps.back() += " -> no answer";
    told.remove_prefix(end == told.npos ? told.size() : end + 1);
  }
  return steps;
}

// The record as JSON, or why it is none.
Result<Attempt> read_record(const Question& question, const std::string& record) {
  const auto invalid = [](std::string why) {
    return failure(Code::corruption, "the record is not valid: " + std::move(why));
  };
  if (!record.ends_with('\n')) return invalid("it breaks off");
  if (std::ranges::count(record, '\n') != 1) return invalid("it is not one line");
  const auto json = nlohmann::json::parse(record, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return invalid("it is no JSON object");
  try {
    if (json.at("nonce").get<std::string>() != question.nonce)
      return invalid("it was not written for this run");
    if (const auto test = json.at("test").get<std::string>(); test != question.test)
      return invalid("it is that of " + test);
    Attempt attempt;
    json.at("failures").get_to(attempt.failures);
    json.at("story").get_to(attempt.story);
    json.at("observations").get_to(attempt.observations);
    return attempt;
  } catch (const nlohmann::json::exception& error) {
    return invalid(error.what());
  }
}

void judge_failures(const Question& question, Attempt& attempt) {
  attempt.cause = Cause::wrong_answer;
  attempt.detail = attempt.failures.front();
  for (const std::string& failed : attempt.failures) {
    if (std::string todo = todo_in(failed); !todo.empty()) {
      attempt.cause = Cause::not_written;
      attempt.detail = std::move(todo);
      return;
    }
    if (failed.find("std::bad_alloc") != failed.npos) {
      attempt.cause = Cause::out_of_memory;
      attempt.detail = fmt::format("wanted more than {} MB of memory", question.memory_limit_mb);
    }
  }
}

void judge_signal(const Question& question, const Outcome& outcome, Attempt& attempt) {
  attempt.report = last_lines(outcome.errors);
  if (std::string todo = todo_in(outcome.errors); !todo.empty()) {
    attempt.cause = Cause::not_written;
    attempt.detail = std::move(todo);
  } else if (judge_sanitizer(question, outcome, attempt)) {
    return;
  } else if (outcome.errors.find("std::bad_alloc") != std::string::npos) {
    attempt.cause = Cause::out_of_memory;
    attempt.detail = fmt::format("wanted more than {} MB of memory", question.memory_limit_mb);
  } else {
    const char* signal = ::sigabbrev_np(outcome.code);
    attempt.cause = Cause::crashed;
    attempt.detail = fmt::format("crashed by SIG{} ({})", signal == nullptr ? "?" : signal,
                                 ::strsignal(outcome.code));
  }
}

// A process that ended by itself and left no record.
void judge_silence(const Question& question, const Outcome& outcome, Attempt& attempt) {
  attempt.report = last_lines(outcome.errors);
  if (judge_sanitizer(question, outcome, attempt)) {
    return;
  } else if (outcome.errors.find("hard rss limit exhausted") != std::string::npos) {
    attempt.cause = Cause::out_of_memory;
    attempt.detail = fmt::format("wanted more than {} MB of memory", question.memory_limit_mb);
  } else if (outcome.output.find(fmt::format("[ RUN      ] {}\n", question.test)) ==
             std::string::npos) {
    attempt.cause = Cause::ran_no_test;
    attempt.detail = fmt::format(
        "ran no test: ended with code {} before the case began; "
        "does something call exit, or do so before main?",
        outcome.code);
  } else {
    attempt.cause = Cause::ended_early;
    attempt.detail = fmt::format("exited early with code {}, before the case ended", outcome.code);
  }
}

// The step of the story that tells of the observation number `index`.
std::size_t step_of(const Attempt& attempt, std::size_t index) {
  std::size_t step = 0;
  for (std::size_t i = 0; i <= index; ++i) {
    const auto& [what, seen] = attempt.observations[i];
    const std::string told = fmt::format("{} -> {}", what, seen);
    while (step < attempt.story.size() && attempt.story[step] != told) ++step;
    if (step == attempt.story.size()) return 0;
    ++step;
  }
  return step;
}

}  // namespace

std::string_view name(Cause cause) {
  switch (cause) {
    case Cause::none: return "passed";
    case Cause::wrong_answer: return "wrong answer";
    case Cause::not_written: return "not written yet";
    case Cause::crashed: return "crashed";
    case Cause::timed_out: return "timed out";
    case Cause::not_run: return "not run";
    case Cause::out_of_memory: return "out of memory";
    case Cause::ended_early: return "exited early";
    case Cause::ran_no_test: return "ran no test";
    case Cause::bad_record: return "invalid record";
    case Cause::sanitizer: return "sanitizer report";
    case Cause::did_not_build: return "did not build";
    case Cause::build_broken: return "the build does not work";
    case Cause::tool_missing: return "tool missing";
    case Cause::file_missing: return "file missing";
    case Cause::reference_failed: return "the reference failed";
  }
  return "unknown";
}

bool is_graders(Cause cause) {
  return cause == Cause::build_broken || cause == Cause::tool_missing ||
         cause == Cause::reference_failed;
}

Attempt judge_run(const Question& question, const Outcome& outcome) {
  Attempt attempt;
  attempt.story = steps_in(outcome.story);
  if (outcome.end == Outcome::End::timed_out) {
    attempt.cause = Cause::timed_out;
    attempt.detail = fmt::format("hung: still running after {} s", question.time_limit_s);
    return attempt;
  }
  if (outcome.end == Outcome::End::signalled) {
    judge_signal(question, outcome, attempt);
    return attempt;
  }
  if (outcome.record.empty()) {
    judge_silence(question, outcome, attempt);
    return attempt;
  }
  Result<Attempt> read = read_record(question, outcome.record);
  if (!read) {
    attempt.cause = Cause::bad_record;
    attempt.detail = read.error().message();
    return attempt;
  }
  attempt = std::move(*read);
  if (!attempt.failures.empty()) {
    judge_failures(question, attempt);
  } else if (outcome.code != 0 && !judge_sanitizer(question, outcome, attempt)) {
    attempt.report = last_lines(outcome.errors);
    attempt.cause = Cause::ended_early;
    attempt.detail = fmt::format("exit code {} after the case ended", outcome.code);
  }
  return attempt;
}

std::optional<Difference> first_difference(const Attempt& mine, const Observations& expected) {
  const Observations& seen = mine.observations;
  for (std::size_t i = 0; i < seen.size() && i < expected.size(); ++i) {
    if (seen[i] == expected[i]) continue;
    if (seen[i].first == expected[i].first)
      return Difference{step_of(mine, i), seen[i].first, expected[i].second, seen[i].second};
    return Difference{step_of(mine, i), "the next call", expected[i].first, seen[i].first};
  }
  if (seen.size() < expected.size())
    return Difference{0, expected[seen.size()].first, expected[seen.size()].second,
                      "the case ended before"};
  if (seen.size() > expected.size())
    return Difference{step_of(mine, expected.size()), seen[expected.size()].first,
                      "the case has ended", seen[expected.size()].second};
  return std::nullopt;
}

Verdict judge_case(std::string test, Attempt mine, const Attempt& reference) {
  Verdict verdict{.test = std::move(test), .attempt = std::move(mine), .difference = std::nullopt};
  Attempt& attempt = verdict.attempt;
  if (!reference.passed()) {
    attempt.cause = Cause::reference_failed;
    attempt.detail = fmt::format(
        "the reference itself failed ({}): {}; this is a fault of the "
        "course, please report it",
        name(reference.cause), reference.detail);
    return verdict;
  }
  if (!attempt.passed() && attempt.cause != Cause::wrong_answer) return verdict;
  verdict.difference = first_difference(attempt, reference.observations);
  if (verdict.difference && attempt.passed()) {
    attempt.cause = Cause::wrong_answer;
    attempt.detail = fmt::format("{}: expected {}, saw {}", verdict.difference->what,
                                 verdict.difference->expected, verdict.difference->seen);
  }
  return verdict;
}

Verdict judge_inheritance(const std::vector<Verdict>& mine, const std::vector<Verdict>& isolated) {
  const auto own = std::ranges::find_if_not(isolated, &Verdict::passed);
  const std::vector<Verdict>& runs = own == isolated.end() ? mine : isolated;
  Verdict verdict = own == isolated.end() ? mine.front() : *own;
  const auto passed = static_cast<std::size_t>(std::ranges::count_if(runs, &Verdict::passed));
  if (passed > 0) {
    verdict.sometimes = Runs{.passed = passed, .all = runs.size()};
  } else {
    verdict.inherited = own == isolated.end();
  }
  return verdict;
}

}  // namespace kv::course
