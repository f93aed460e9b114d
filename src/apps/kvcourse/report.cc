#include "apps/kvcourse/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "apps/kvcourse/failure_text.h"
#include "apps/kvcourse/text.h"

namespace kv::course {
namespace {

// The steps; those close to the difference, where there are too many to read.
std::string steps_of(const Verdict& verdict) {
  constexpr std::size_t most = 40;
  const std::vector<std::string>& story = verdict.attempt.story;
  const std::size_t different = verdict.difference ? verdict.difference->step : 0;
  std::size_t end = story.size();
  if (different != 0) end = std::min(end, different + 5);
  const std::size_t begin = end > most ? end - most : 0;
  std::string text;
  if (begin > 0) text += fmt::format("      ... {} steps before these\n", begin);
  for (std::size_t i = begin; i < end; ++i) {
    std::string step = printable(story[i]);
    std::ranges::replace(step, '\n', ' ');
    text +=
        fmt::format("    {}{:4}. {}\n", i + 1 == different ? "> " : "  ", i + 1, beginning(step));
  }
  if (end < story.size()) text += fmt::format("      ... {} steps more\n", story.size() - end);
  return text;
}

std::string fraction(double points, double of) {
  return fmt::format("{}/{}", points_text(points), points_text(of));
}

// "1 wrong answer", "12 wrong answers", "2 timed out".
std::string counted(std::size_t count, Cause cause) {
  const bool noun =
      cause == Cause::wrong_answer || cause == Cause::bad_record || cause == Cause::sanitizer;
  return fmt::format("{} {}{}", count, name(cause), noun && count > 1 ? "s" : "");
}

// What the cause alone does not say of a failure.
std::string remark(const Verdict& verdict) {
  if (verdict.inherited) return " (inherited from an earlier lab)";
  if (!verdict.sometimes) return "";
  return fmt::format(", fails sometimes: passed {} of {} runs", verdict.sometimes->passed,
                     verdict.sometimes->all);
}

std::string hint(const Grade& grade, const Verdict& verdict) {
  if (verdict.sometimes)
    return fmt::format(
        "    hint: this is most often a race: look at what threads share;\n"
        "          `make lab LAB={} PRESET=tsan` may name the line\n",
        grade.lab.number);
  if (verdict.attempt.cause == Cause::crashed)
    return fmt::format("    hint: `make lab LAB={} PRESET=asan` may name the line\n",
                       grade.lab.number);
  return "";
}

// The same cause in many cases of a task is told once: the first few with their stories.
std::string losses_of(const Grade& grade, const TaskGrade& task) {
  constexpr std::size_t stories = 3;
  std::string text;
  std::map<Cause, std::size_t> told;
  std::set<std::string> places;  // holes that were named already
  for (const Verdict& verdict : task.verdicts) {
    if (verdict.passed()) continue;
    const Attempt& attempt = verdict.attempt;
    if (grade.problem && attempt.cause == grade.problem->cause) continue;  // told for all at once
    if (attempt.cause == Cause::not_written) {
      if (places.insert(attempt.detail).second)
        text += fmt::format("    {}\n", printable(attempt.detail));
    } else if (told[attempt.cause]++ < stories) {
      text += story_of(grade, task.task, verdict);
    } else {
      text += fmt::format("  {}: {}{}\n", verdict.test, name(attempt.cause), remark(verdict));
    }
  }
  return text;
}

}  // namespace

std::string lesson_place(const Lab& lab, const TaskInfo& task) {
  return fmt::format("lessons/{}/README.md#{}", lab.name, task.lesson);
}

std::string story_of(const Grade& grade, const TaskInfo& task, const Verdict& verdict) {
  const Attempt& attempt = verdict.attempt;
  std::string text =
      fmt::format("  {}: {}{}\n", verdict.test, name(attempt.cause), remark(verdict));
  text += steps_of(verdict);
  if (verdict.difference) text += difference_text(*verdict.difference);
  constexpr std::size_t most_failures = 3;
  const bool report_says_it = attempt.report.starts_with(attempt.detail);  // a sanitizer's
  if (attempt.failures.empty() && !verdict.difference && !report_says_it)
    text += indented(printable(attempt.detail), 4);
  FailureText failures(verdict.difference);
  for (std::size_t i = 0; i < attempt.failures.size() && i < most_failures; ++i)
    text += indented(failures.told(attempt.failures[i]), 4, 20);
  if (attempt.failures.size() > most_failures)
    text += fmt::format("    ... {} failures more\n", attempt.failures.size() - most_failures);
  text += hint(grade, verdict);
  if (!attempt.report.empty()) text += indented(printable(attempt.report), 4);
  if (!verdict.program.empty())
    text += fmt::format("    alone: {} --gtest_filter={} --seed={} --story\n", verdict.program,
                        verdict.test, grade.seed);
  text += fmt::format("    read:  {}\n", lesson_place(grade.lab, task));
  return text;
}

std::string problem_text(const BuildProblem& problem) {
  constexpr std::size_t most = 5;
  std::string text = fmt::format("{}: {}\n", name(problem.cause), printable(problem.what));
  for (std::size_t i = 0; i < problem.errors.size() && i < most; ++i) {
    if (problem.errors[i] != problem.what) text += indented(printable(problem.errors[i]), 2, 10);
  }
  if (problem.errors.size() > most)
    text += fmt::format("  ... {} errors more\n", problem.errors.size() - most);
  return text;
}

std::string causes_text(const TaskGrade& task) {
  std::map<Cause, std::size_t> counts;
  std::size_t inherited = 0;
  std::size_t sometimes = 0;
  for (const Verdict& verdict : task.verdicts) {
    if (!verdict.passed()) ++counts[verdict.attempt.cause];
    if (verdict.inherited) ++inherited;
    if (verdict.sometimes) ++sometimes;
  }
  std::string text;
  for (const auto& [cause, count] : counts)
    text += (text.empty() ? "" : ", ") + counted(count, cause);
  if (inherited > 0) text += fmt::format(" ({} inherited)", inherited);
  if (sometimes > 0) text += fmt::format(" ({} only sometimes)", sometimes);
  return text;
}

std::string grade_table(const Grade& grade, Inherited inherited) {
  std::string text = fmt::format("lab {}: {}\n\n", grade.lab.name, grade.lab.title);
  std::size_t width = 5;
  for (const TaskGrade& task : grade.tasks) width = std::max(width, task.task.title.size());
  text += fmt::format("  {:5} {:{}}  {:>9}  {:>7}  {}\n", "task", "title", width, "points", "cases",
                      "causes of loss");
  for (const TaskGrade& task : grade.tasks) {
    const std::string causes = grade.problem && task.verdicts.empty()
                                   ? std::string(name(grade.problem->cause))
                                   : causes_text(task);
    std::string line =
        fmt::format("  {:5} {:{}}  {:>9}  {:>7}  {}", task.task.number, task.task.title, width,
                    fraction(task.points(inherited), task.task.points),
                    fmt::format("{}/{}", task.passed(inherited), task.verdicts.size()), causes);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  text += "\n";
  if (grade.problem) text += problem_text(*grade.problem) + "\n";
  for (const TaskGrade& task : grade.tasks) {
    const std::string losses = losses_of(grade, task);
    if (!losses.empty())
      text += fmt::format("{} {} (read {})\n{}\n", task.task.number, task.task.title,
                          lesson_place(grade.lab, task.task), losses);
  }
  if (grade.is_void())
    return text + "no score: the grader's own side is broken; mend it and grade again\n";
  const double counted = grade.points(Inherited::count);
  const double forgiven = grade.points(Inherited::forgive);
  if (forgiven > counted)
    text +=
        fmt::format("own faults alone: {}/100; with those inherited from earlier labs: {}/100\n",
                    points_text(forgiven), points_text(counted));
  return text + fmt::format("score: {}/100\n", points_text(grade.points(inherited)));
}

}  // namespace kv::course
