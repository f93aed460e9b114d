#include "apps/kvcourse/trial.h"

#include <fmt/format.h>

#include "apps/kvcourse/cases.h"
#include "apps/kvcourse/tool.h"

namespace kv::course {

Result<Trial> Trial::open(const std::filesystem::path& root, const std::string& preset,
                          const Lab& lab) {
  const std::string target = fmt::format("test_{}_reference", lab.name);
  auto tree = BuildTree::open(root, preset, {target});
  if (!tree) return failure(std::move(tree));
  Project project;
  project.root = root;
  project.preset = preset;
  Trial trial(project, lab, *std::move(tree), target);
  auto listed = output_of(target, {trial.tree_.program(target).string(), "--gtest_list_tests"});
  if (!listed) return failure(std::move(listed));
  trial.all_ = parse_test_list(*listed);
  auto assigned = assign_cases(lab, trial.all_);
  if (!assigned) return failure(std::move(assigned));
  trial.cases_ = *std::move(assigned);
  if (Status learnt = trial.learn_answers(); !learnt) return failure(std::move(learnt));
  return trial;
}

Status Trial::learn_answers() {
  std::vector<Attempt> attempts(all_.size());
  in_parallel(all_.size(), [&](std::size_t i) {
    attempts[i] = runner_.run_case(tree_.program(target_), all_[i]);
  });
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if (!attempts[i].passed()) {
      return failure(
          Code::invalid_argument,
          fmt::format("the reference itself fails {} ({}): run {} "
                      "--gtest_filter={} and mend it first",
                      all_[i], name(attempts[i].cause), tree_.program(target_).string(), all_[i]));
    }
    answers_.emplace(all_[i], std::move(attempts[i]));
  }
  return {};
}

Verdict Trial::judge(const std::filesystem::path& program, const std::string& test) const {
  return judge_case(test, runner_.run_case(program, test), answers_.at(test));
}

double Trial::score(const std::filesystem::path& program) const {
  double points = 0;
  for (std::size_t task = 0; task < cases_.size(); ++task) {
    TaskGrade grade{.task = lab_.tasks[task],
                    .verdicts = std::vector<Verdict>(cases_[task].size())};
    in_parallel(cases_[task].size(),
                [&](std::size_t i) { grade.verdicts[i] = judge(program, cases_[task][i]); });
    points += grade.points(Inherited::count);
  }
  return points;
}

}  // namespace kv::course
