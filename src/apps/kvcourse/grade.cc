#include "apps/kvcourse/grade.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "apps/kvcourse/cases.h"

namespace kv::course {
namespace {

namespace fs = std::filesystem;

std::optional<BuildProblem> missing_file(const Project& project, const Lab& lab) {
  for (const std::string& name : lab.hand_in) {
    const std::string file = fmt::format("labs/{}/{}", lab.name, name);
    std::error_code error;
    if (fs::is_regular_file(project.root / file, error)) continue;
    return BuildProblem{
        Cause::file_missing,
        fmt::format("{} is missing; `git checkout -- {}` brings it back", file, file),
        {}};
  }
  return std::nullopt;
}

// The student's code did not lead to a program that could run the case.
Attempt not_run(const BuildProblem& problem) {
  Attempt attempt;
  attempt.cause = problem.cause;
  attempt.detail = problem.what;
  return attempt;
}

}  // namespace

std::size_t TaskGrade::passed(Inherited inherited) const {
  const auto counts = [inherited](const Verdict& verdict) {
    return verdict.passed() || (inherited == Inherited::forgive && verdict.inherited);
  };
  return static_cast<std::size_t>(std::ranges::count_if(verdicts, counts));
}

double TaskGrade::points(Inherited inherited) const {
  if (verdicts.empty()) return 0;
  return task.points * static_cast<double>(passed(inherited)) /
         static_cast<double>(verdicts.size());
}

double Grade::points(Inherited inherited) const {
  double sum = 0;
  for (const TaskGrade& task : tasks) sum += task.points(inherited);
  return sum;
}

bool Grade::full(Inherited inherited) const {
  return !tasks.empty() && std::ranges::all_of(tasks, [inherited](const TaskGrade& task) {
    return !task.verdicts.empty() && task.passed(inherited) == task.verdicts.size();
  });
}

bool Grade::is_void() const {
  if (problem && is_graders(problem->cause)) return true;
  return std::ranges::any_of(tasks, [](const TaskGrade& task) {
    return std::ranges::any_of(
        task.verdicts, [](const Verdict& verdict) { return is_graders(verdict.attempt.cause); });
  });
}

std::string points_text(double points) {
  constexpr double tiny = 1e-9;  // what adding up thirds and sevenths may leave
  const double tenths = std::floor(points * 10 + tiny) / 10;
  return tenths == std::floor(tenths) ? fmt::format("{:.0f}", tenths)
                                      : fmt::format("{:.1f}", tenths);
}

Grader::Grader(const Project& project, const Lab& lab, std::uint64_t seed)
    : project_(project), runner_(project, lab, seed) {
  plan_.lab = lab;
  plan_.seed = seed;
  for (const TaskInfo& task : lab.tasks) plan_.tasks.push_back({task, {}});
}

Result<Grader> Grader::open(const Project& project, const Lab& lab, std::uint64_t seed) {
  if (std::optional<BuildProblem> missing = missing_file(project, lab)) {
    Grader grader(project, lab, seed);
    grader.plan_.problem = std::move(*missing);
    return grader;
  }
  // First of all: what the build folder says of sanitizers can be read when it is there.
  auto reference = Reference::open(project, lab, seed);
  if (!reference) return failure(std::move(reference));
  Grader grader(project, lab, seed);
  if (auto* problem = std::get_if<BuildProblem>(&*reference)) {
    // The reference is a part of the course: where it does not build, the blame is not the lab's.
    if (problem->cause == Cause::did_not_build) problem->cause = Cause::reference_failed;
    grader.plan_.problem = std::move(*problem);
    return grader;
  }
  grader.reference_ = std::move(std::get<Reference>(*reference));
  if (Status prepared = grader.prepare(); !prepared) return failure(std::move(prepared));
  return grader;
}

Status Grader::prepare() {
  const Lab& lab = plan_.lab;
  auto cases = assign_cases(lab, reference_.cases());
  if (!cases) return failure(std::move(cases));
  cases_ = std::move(*cases);
  const std::string mine = fmt::format("test_{}_mine", lab.name);
  plan_.problem = build(project_, mine);
  if (!plan_.problem) mine_ = project_.program(mine);
  // The first lab stands on nothing that it could inherit a fault from.
  if (lab.number > 1 && project_.has_solutions()) {
    const std::string isolated = fmt::format("test_{}_lab", lab.name);
    if (!build(project_, isolated)) isolated_ = project_.program(isolated);
  }
  return {};
}

std::vector<Attempt> Grader::answers(std::size_t task) const {
  if (!runs()) return {};
  std::vector<Attempt> answers(cases_[task].size());
  in_parallel(answers.size(),
              [&](std::size_t i) { answers[i] = reference_.answer(runner_, cases_[task][i]); });
  return answers;
}

Verdict Grader::run(const fs::path& program, const std::string& test, const Attempt& answer) const {
  Verdict verdict = judge_case(test, runner_.run_case(program, test), answer);
  verdict.program = program.lexically_relative(project_.root);
  return verdict;
}

Verdict Grader::judge(const std::string& test, const Attempt& answer) const {
  Verdict verdict =
      mine_.empty() ? judge_case(test, not_run(*plan_.problem), answer) : run(mine_, test, answer);
  if (verdict.passed() || isolated_.empty()) return verdict;
  return judge_failed(std::move(verdict), test, answer);
}

// Each program runs until it contradicts what the runs before said, or often enough: a failure that
// does not always show must not be forgiven for the run in which it did not.
Verdict Grader::judge_failed(Verdict first, const std::string& test, const Attempt& answer) const {
  constexpr std::size_t most_isolated = 5;
  constexpr std::size_t most_mine = 3;
  std::vector<Verdict> mine = {std::move(first)};
  std::vector<Verdict> isolated;
  do {
    isolated.push_back(run(isolated_, test, answer));
  } while (isolated.back().passed() && isolated.size() < most_isolated);
  // An earlier lab that does not build fails the same way each time.
  const bool repeat = isolated.back().passed() && !mine_.empty();
  while (repeat && !mine.back().passed() && mine.size() < most_mine)
    mine.push_back(run(mine_, test, answer));
  return judge_inheritance(mine, isolated);
}

TaskGrade Grader::judge(std::size_t task, const std::vector<Attempt>& answers,
                        AfterHang after) const {
  TaskGrade grade = plan_.tasks[task];
  if (cases_.empty()) return grade;  // not even the list of cases could be had
  const std::vector<std::string>& cases = cases_[task];
  grade.verdicts.resize(cases.size());
  if (!runs()) {
    for (std::size_t i = 0; i < cases.size(); ++i)
      grade.verdicts[i] = {.test = cases[i], .attempt = not_run(*plan_.problem)};
    return grade;
  }
  std::atomic<bool> hung = false;  // orders nothing else
  in_parallel(cases.size(), [&](std::size_t i) {
    if (hung && after == AfterHang::stop) {
      grade.verdicts[i] = {.test = cases[i],
                           .attempt = not_run({Cause::not_run, "a case before hung", {}})};
      return;
    }
    grade.verdicts[i] = judge(cases[i], answers[i]);
    if (grade.verdicts[i].attempt.cause == Cause::timed_out) hung = true;
  });
  return grade;
}

Grade Grader::grade() const {
  std::vector<std::vector<Attempt>> answered;
  for (std::size_t i = 0; i < plan_.tasks.size(); ++i) answered.push_back(answers(i));
  Grade grade = plan_;
  for (std::size_t i = 0; i < grade.tasks.size(); ++i) {
    grade.tasks[i] = judge(i, answered[i], AfterHang::go_on);
  }
  return grade;
}

}  // namespace kv::course
