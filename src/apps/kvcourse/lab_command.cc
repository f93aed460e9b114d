#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

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

// The failures of one task, without a blank line behind them: what follows knows what it needs.
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

// The tasks to run, by their place in the lab: all of them, or the one that was asked for.
Result<std::vector<std::size_t>> chosen_tasks(const Lab& lab, const std::string& number) {
  std::vector<std::size_t> chosen;
  std::vector<std::string_view> there_are;
  for (std::size_t i = 0; i < lab.tasks.size(); ++i) {
    there_are.push_back(lab.tasks[i].number);
    if (number.empty() || number == lab.tasks[i].number) chosen.push_back(i);
  }
  if (!chosen.empty()) return chosen;
  return failure(Code::invalid_argument, fmt::format("lab {} has no task \"{}\"; there are: {}",
                                                     lab.name, number, fmt::join(there_are, ", ")));
}

// One line: the case, and what became of it.
std::string line_of(const Verdict& verdict) {
  const Attempt& attempt = verdict.attempt;
  const bool hole = attempt.cause == Cause::not_written;  // which names its lab, file and line
  return fmt::format("  {}: {}\n", verdict.test, hole ? attempt.detail : name(attempt.cause));
}

// The first task that is not as it should be, and how the work stands.
struct Standing {
  const TaskInfo* first = nullptr;
  std::string why;
  bool failed = false;
  bool stopped = false;                // at a hole, or at a case that hung
  std::vector<std::string> inherited;  // a line for each case

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
  for (const Verdict& verdict : grade.verdicts) {
    if (verdict.inherited) inherited.push_back(line_of(verdict));
  }
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

// Without a list where an earlier lab does not build: it is every case then, and was told before.
void print_inherited(const Grade& plan, const std::vector<std::string>& lines) {
  const bool one = lines.size() == 1;
  fmt::print("\n{} by a fault of an earlier lab: on the reference's {}\n",
             one ? "1 case fails" : fmt::format("{} cases fail", lines.size()),
             one ? "it passes" : "they pass");
  if (plan.problem) return;
  for (const std::string& line : lines) fmt::print("{}", line);
}

// How the whole run ends: the exit code, and where to go from here.
int conclude(const Grade& plan, const Standing& standing, const std::string& only) {
  if (standing.first != nullptr) print_next(plan, *standing.first, standing.why);
  if (!standing.inherited.empty()) print_inherited(plan, standing.inherited);
  if (standing.failed || !standing.inherited.empty()) return exit_failed;
  if (standing.stopped) return exit_unfinished;
  if (only.empty()) {
    fmt::print("\nall tasks pass; `make grade LAB={}` gives the score\n", plan.lab.number);
  } else {
    fmt::print("\ntask {} passes; `make lab LAB={}` runs the others too\n", only, plan.lab.number);
  }
  return exit_ok;
}

}  // namespace

Result<int> lab_command(const Settings& settings, const std::string& which,
                        const std::string& only) {
  const Result<Lab> lab = load_impatient_lab(settings, which);
  if (!lab) return failure(lab.error());
  const auto chosen = chosen_tasks(*lab, only);
  if (!chosen) return failure(chosen.error());
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
  bool told_failures = false;  // of the task before, which then stands apart from the next
  for (const std::size_t i : *chosen) {
    if (standing.stopped) break;
    const TaskGrade task = grader->judge(i);
    if (told_failures) fmt::print("\n");
    print_task(plan, task);
    standing.take(lab->tasks[i], task);
    told_failures = count(task, fails) > 0;
  }
  return conclude(plan, standing, only);
}

}  // namespace kv::course
