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
  std::optional<BuildProblem> problem;  // why the student's program could not be made
  std::vector<TaskGrade> tasks;

  double points(Inherited inherited) const;
  bool full(Inherited inherited) const;  // every case of every task passed

  // The grader's own side is broken: what could be judged says nothing about the student.
  bool is_void() const;
};

// Points for people and scripts: "85", "86.6"; rounded down, so that only full marks read 100.
std::string points_text(double points);

// What a student's program of a lab is judged by; the same for `lab` and for `grade`.
class Grader {
 public:
  static Result<Grader> open(const Project& project, const Lab& lab, std::uint64_t seed);

  // With no verdicts yet.
  const Grade& plan() const { return plan_; }

  // Whether there is a program to run: the student's, or at least this lab's code on the
  // reference's earlier stages (then plan().problem lies in an earlier lab).
  bool runs() const { return !mine_.empty() || !isolated_.empty(); }

  // Runs the cases of one task, for somebody who waits: once a case has hung, no other begins.
  TaskGrade judge(std::size_t task) const { return judge(task, answers(task), AfterHang::stop); }

  // Runs them all; the reference answers every case before the student's code runs at all, so that
  // nothing which that does can change an answer.
  Grade grade() const;

 private:
  enum class AfterHang : unsigned char { go_on, stop };

  Grader(const Project& project, const Lab& lab, std::uint64_t seed);
  Status prepare();
  std::vector<Attempt> answers(std::size_t task) const;  // the reference's, by case
  TaskGrade judge(std::size_t task, const std::vector<Attempt>& answers, AfterHang after) const;
  Verdict judge(const std::string& test, const Attempt& answer) const;
  Verdict judge_failed(Verdict first, const std::string& test, const Attempt& answer) const;
  Verdict run(const std::filesystem::path& program, const std::string& test,
              const Attempt& answer) const;

  Project project_;
  Runner runner_;
  Reference reference_;
  std::filesystem::path mine_;      // the student's program; empty if it does not build
  std::filesystem::path isolated_;  // this lab on the reference's earlier stages; empty: none
  std::vector<std::vector<std::string>> cases_;
  Grade plan_;
};

}  // namespace kv::course
