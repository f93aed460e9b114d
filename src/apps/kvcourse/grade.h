#pragma once

// The score of a lab. Fails closed: a point is earned by a verdict that says so (judge.h), and
// whatever cannot be judged earns nothing and says why.
//
// *Thread safety*: one grading at a time for a build folder. *Errors*: `invalid_argument` where the
// course itself is broken (lab.toml names tests that don't exist, no recorded observations); that
// the student's code does not build or run is a grade.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/kvcourse/build.h"
#include "apps/kvcourse/lab.h"
#include "apps/kvcourse/reference.h"

namespace kv::course {

// Whether faults of earlier labs cost points here.
enum class Inherited : unsigned char { count, forgive };

struct TaskGrade {
  TaskInfo task;
  std::vector<Verdict> verdicts;  // one for each case of the task

  std::size_t passed(Inherited inherited) const;
  double points(Inherited inherited) const;  // in proportion to the cases that passed
};

struct Grade {
  Lab lab;
  std::uint64_t seed = 1;
  std::string program;                  // that the cases ran in, relative to the root
  std::optional<BuildProblem> problem;  // why there was nothing to run
  std::vector<TaskGrade> tasks;

  double points(Inherited inherited) const;
  bool full(Inherited inherited) const;  // every case of every task passed
};

// Points for people and scripts: "85", "86.6"; rounded down, so that only full marks read 100.
std::string points_text(double points);

// What a student's program of a lab is judged by; the same for `lab` and for `grade`.
class Grader {
 public:
  static Result<Grader> open(const Project& project, const Lab& lab, std::uint64_t seed);

  // With no verdicts yet. Where there is a problem, nothing can be judged.
  const Grade& plan() const { return plan_; }

  // Runs the cases of one task.
  TaskGrade judge(std::size_t task) const;

  // Runs them all.
  Grade grade() const;

 private:
  Grader(const Project& project, const Lab& lab, std::uint64_t seed);
  Status prepare();
  Verdict judge(const std::string& test) const;

  Project project_;
  Runner runner_;
  Reference reference_;
  std::filesystem::path mine_;      // the student's program; empty if it does not build
  std::filesystem::path isolated_;  // this lab on the reference's earlier stages; empty: none
  std::vector<std::vector<std::string>> cases_;
  Grade plan_;
};

}  // namespace kv::course
