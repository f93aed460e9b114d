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

bool not_run(const Verdict& verdict) { return verdict.attempt.cause == Cause::not_run; }

bool hung(const Verdict& verdict) { return verdict.attempt.cause == Cause::timed_out; }

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
    if (!fails(verdict) || not_run(verdict)) continue;
    if (told++ < stories) {
      fmt::print("\n{}", story_of(plan, task.task, verdict));
    } else {
      fmt::print("  {}: {}\n", verdict.test, name(verdict.attempt.cause));
    }
  }
  if (count(task, not_run) > 0) fmt::print("  the rest was not run: a case before hung\n");
  fmt::print("\n");
}

void print_next(const Grade& plan, const TaskInfo& task, std::string_view why) {
  fmt::print("\nnext: {} {}\n  {}\n  read:  {}\n", task.number, task.title, why,
             lesson_place(plan.lab, task));
}

// The lab, with a limit for somebody who waits; the one for points may be longer.
Result<Lab> load_impatient_lab(const Settings& settings, const std::string& which) {
  constexpr int longest_s = 10;
  Result<Lab> lab = load_lab(settings.root, which);
  if (lab) lab->time_limit_s = std::min(lab->time_limit_s, longest_s);
  return lab;
}

// The first task that is not as it should be, and how the work stands.
struct Standing {
  const TaskInfo* first = nullptr;
  std::string why;
  bool failed = false;
  bool stopped = false;  // at a hole, or at a case that hung
  std::size_t inherited = 0;

  void take(const TaskInfo& task, const TaskGrade& grade);
};

void Standing::take(const TaskInfo& task, const TaskGrade& grade) {
  const Verdict* hole = unwritten(grade);
  const bool hangs = count(grade, hung) > 0;
  if (first == nullptr && (hole != nullptr || count(grade, fails) > 0)) {
    first = &task;
    why = count(grade, fails) > 0 ? causes_text(grade) : hole->attempt.detail;
  }
  failed = failed || count(grade, fails) > 0;
  stopped = hole != nullptr || hangs;
  inherited += count(grade, [](const Verdict& each) { return each.inherited; });
}

void print_task(const Grade& plan, const TaskGrade& task) {
  const std::size_t wrong = count(task, fails);
  const bool inherited = std::ranges::any_of(task.verdicts, &Verdict::inherited);
  const std::string state = wrong > 0 || inherited       ? causes_text(task)
                            : unwritten(task) != nullptr ? "not written yet"
                                                         : "ok";
  fmt::print("  {:5} {}: {} of {} cases, {}\n", task.task.number, task.task.title,
             task.passed(Inherited::count), task.verdicts.size(), state);
  if (wrong > 0) print_failures(plan, task);
  std::fflush(stdout);
}

}  // namespace

Result<int> lab_command(const Settings& settings, const std::string& which) {
  const Result<Lab> lab = load_impatient_lab(settings, which);
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
  std::fflush(stdout);

  Standing standing;
  for (std::size_t i = 0; i < lab->tasks.size() && !standing.stopped; ++i) {
    const TaskGrade task = grader->judge(i);
    print_task(plan, task);
    standing.take(lab->tasks[i], task);
  }
  if (standing.first != nullptr) print_next(plan, *standing.first, standing.why);
  if (standing.inherited > 0)
    fmt::print(
        "\n{} by a fault of an earlier lab: on the reference's {}\n",
        standing.inherited == 1 ? "1 case fails" : fmt::format("{} cases fail", standing.inherited),
        standing.inherited == 1 ? "it passes" : "they pass");
  if (standing.failed || standing.inherited > 0) return exit_failed;
  if (standing.stopped) return exit_unfinished;
  fmt::print("\nall tasks pass; `make grade LAB={}` gives the score\n", lab->number);
  return exit_ok;
}

}  // namespace kv::course
