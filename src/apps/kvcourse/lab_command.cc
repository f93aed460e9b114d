#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "apps/kvcourse/commands.h"
#include "apps/kvcourse/report.h"

namespace kv::course {
namespace {

// The first case of a task that came to a hole of this lab.
const Verdict* unwritten(const TaskGrade& task) {
  const auto found = std::ranges::find_if(task.verdicts, [](const Verdict& verdict) {
    return verdict.attempt.cause == Cause::not_written && !verdict.inherited;
  });
  return found == task.verdicts.end() ? nullptr : &*found;
}

// Fails by a fault of this lab.
bool fails(const Verdict& verdict) {
  return !verdict.passed() && !verdict.inherited && verdict.attempt.cause != Cause::not_written;
}

std::size_t count(const TaskGrade& task, bool (*counts)(const Verdict&)) {
  return static_cast<std::size_t>(std::ranges::count_if(task.verdicts, counts));
}

void print_failures(const Grade& plan, const TaskGrade& task) {
  constexpr std::size_t stories = 3;
  std::size_t told = 0;
  for (const Verdict& verdict : task.verdicts) {
    if (!fails(verdict)) continue;
    if (told++ < stories) {
      fmt::print("\n{}", story_of(plan, task.task, verdict));
    } else {
      fmt::print("  {}: {}\n", verdict.test, name(verdict.attempt.cause));
    }
  }
  fmt::print("\n");
}

void print_next(const Grade& plan, const TaskGrade& task, const Verdict& stopped) {
  fmt::print("\nnext: {} {}\n  {}\n  read:  {}\n", task.task.number, task.task.title,
             stopped.attempt.detail, lesson_place(plan.lab, task.task));
}

}  // namespace

Result<int> lab_command(const Settings& settings, const std::string& which) {
  const Result<Lab> lab = load_lab(settings.root, which);
  if (!lab) return failure(lab.error());
  const Result<Grader> grader = Grader::open(settings.project(), *lab, settings.seed);
  if (!grader) return failure(grader.error());
  const Grade& plan = grader->plan();
  fmt::print("lab {}: {}\n\n", lab->name, lab->title);
  if (plan.problem) {
    fmt::print("{}", problem_text(*plan.problem));
    if (!grader->runs()) return exit_not_built;
    fmt::print("The fault lies in an earlier lab: this one runs on the reference's.\n\n");
  }

  bool failed = false;
  std::size_t all_inherited = 0;
  for (std::size_t i = 0; i < lab->tasks.size(); ++i) {
    const TaskGrade task = grader->judge(i);
    const std::size_t wrong = count(task, fails);
    const std::size_t inherited = count(task, [](const Verdict& each) { return each.inherited; });
    const Verdict* stopped = unwritten(task);
    const std::string state = wrong + inherited > 0 ? causes_text(task)
                              : stopped != nullptr  ? "not written yet"
                                                    : "ok";
    fmt::print("  {:5} {}: {} of {} cases, {}\n", task.task.number, task.task.title,
               task.passed(Inherited::count), task.verdicts.size(), state);
    if (wrong > 0) print_failures(plan, task);
    std::fflush(stdout);
    failed = failed || wrong > 0;
    all_inherited += inherited;
    if (stopped == nullptr) continue;
    print_next(plan, task, *stopped);
    return failed ? exit_failed : exit_unfinished;
  }
  if (all_inherited > 0)
    fmt::print("\n{} cases fail by a fault of an earlier lab: on the reference's they pass\n",
               all_inherited);
  if (failed || all_inherited > 0) return exit_failed;
  fmt::print("\nall tasks pass; `make grade LAB={}` gives the score\n", lab->number);
  return exit_ok;
}

}  // namespace kv::course
