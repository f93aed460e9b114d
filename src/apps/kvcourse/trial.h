#pragma once

// Tries a program on the cases of a lab, as grading would: each case in a process of its own, its
// observations compared with the reference's. For programs that the checks make themselves: a
// skeleton, a mutant.
//
// *Thread safety*: const functions from any thread. *Errors*: `invalid_argument` if lab.toml does
// not fit the tests or the reference fails a case of its own; `io_error` if the reference does not
// build.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "apps/kvcourse/build_tree.h"
#include "apps/kvcourse/grade.h"
#include "apps/kvcourse/lab.h"
#include "apps/kvcourse/runner.h"

namespace kv::course {

class Trial {
 public:
  // Builds the lab's reference in build/<preset> and runs it once on every case.
  static Result<Trial> open(const std::filesystem::path& root, const std::string& preset,
                            const Lab& lab);

  const Lab& lab() const { return lab_; }
  const BuildTree& tree() const { return tree_; }
  const std::string& target() const { return target_; }  // the reference's test program

  const std::vector<std::string>& all_cases() const { return all_; }
  const std::vector<std::vector<std::string>>& cases_of_tasks() const { return cases_; }

  // What the reference observes in a case. Requires: it is one of all_cases().
  const Observations& observed(const std::string& test) const {
    return answers_.at(test).observations;
  }

  Verdict judge(const std::filesystem::path& program, const std::string& test) const;

  // The score of a program, in points.
  double score(const std::filesystem::path& program) const;

 private:
  Trial(const Project& project, const Lab& lab, BuildTree tree, std::string target)
      : lab_(lab),
        tree_(std::move(tree)),
        target_(std::move(target)),
        runner_(project, lab, /*seed=*/1) {}

  Status learn_answers();

  Lab lab_;
  BuildTree tree_;
  std::string target_;
  Runner runner_;
  std::vector<std::string> all_;                 // every case of the program
  std::vector<std::vector<std::string>> cases_;  // those of each task
  std::map<std::string, Attempt> answers_;       // the reference's, by case
};

}  // namespace kv::course
