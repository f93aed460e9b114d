// What kvcourse check proves by compiling and running.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "apps/kvcourse/check.h"
#include "apps/kvcourse/files.h"
#include "apps/kvcourse/reference.h"
#include "apps/kvcourse/symbols.h"
#include "apps/kvcourse/trial.h"

namespace kv::course {

namespace fs = std::filesystem;

namespace {

// A file to compile: the solution's source with some holes filled.
struct Job {
  std::string source;
  fs::path copy;
  fs::path object;
  std::string state;  // "with the holes of no task filled", for people
  std::string error;  // empty: it compiled
};

class BuildCheck {
 public:
  BuildCheck(const Trial& trial, const Solutions& solutions)
      : trial_(trial),
        solutions_(solutions),
        scratch_(trial.tree().folder() / "check" / trial.lab().name) {}

  Findings check() {
    std::error_code error;
    fs::remove_all(scratch_, error);
    check_cases();
    check_prefixes();
    if (skeleton_compiles_) {
      check_scores();
      check_symbols();
    }
    return std::move(findings_);
  }

 private:
  std::string folder() const { return "solutions/" + trial_.lab().name; }

  void report(std::string file, std::string what) {
    findings_.push_back({std::move(file), 0, std::move(what)});
  }

  // Patterns that match nothing or too much have stopped the trial; here are the cases left over,
  // and those whose points nothing but an assertion beside the student's code would guard.
  void check_cases() {
    std::set<std::string> left(trial_.all_cases().begin(), trial_.all_cases().end());
    for (const auto& cases : trial_.cases_of_tasks()) {
      for (const std::string& test : cases) {
        left.erase(test);
        if (trial_.observed(test).empty()) {
          report(fmt::format("tests/{}/lab.toml", trial_.lab().name),
                 fmt::format("{} counts and observes nothing: let it observe what it sees "
                             "(tests/support/story.h)",
                             test));
        }
      }
    }
    for (const std::string& test : left) {
      report(fmt::format("tests/{}/lab.toml", trial_.lab().name),
             fmt::format("no task counts {}: add it to one", test));
    }
  }

  // Holes 1 to k filled and the rest open, for each k; the whole solution is built anyway. A file
  // is compiled again only where the step from k - 1 to k changed it or a header beside it.
  void check_prefixes() {
    std::vector<Job> jobs;
    std::set<std::string> filled;
    std::map<std::string, std::string> before;
    std::string state = "with every hole open";
    for (std::size_t k = 0; k < trial_.lab().tasks.size(); ++k) {
      const fs::path folder = scratch_ / fmt::format("prefix-{}", k);
      const std::map<std::string, std::string> texts = texts_with(filled);
      plan(texts, before, folder, state, jobs);
      before = texts;
      filled.insert(trial_.lab().tasks[k].number);
      state = fmt::format("with the holes up to task {} filled", trial_.lab().tasks[k].number);
    }
    in_parallel(jobs.size(), [&](std::size_t i) {
      const Status compiled = trial_.tree().compile(jobs[i].source, jobs[i].copy, jobs[i].object);
      if (!compiled) jobs[i].error = compiled.error().message();
    });
    for (const Job& job : jobs) {
      if (job.error.empty()) continue;
      report(job.source, fmt::format("{} it does not compile: {}", job.state, job.error));
      skeleton_compiles_ &= job.copy.parent_path() != scratch_ / "prefix-0";
    }
  }

  std::map<std::string, std::string> texts_with(const std::set<std::string>& filled) const {
    std::map<std::string, std::string> texts;
    for (const auto& [file, solution] : solutions_) texts.emplace(file, fill(solution, filled));
    return texts;
  }

  void plan(const std::map<std::string, std::string>& texts,
            const std::map<std::string, std::string>& before, const fs::path& folder,
            const std::string& state, std::vector<Job>& jobs) {
    const auto changed = [&](const auto& file) {
      const auto old = before.find(file.first);
      return old == before.end() || old->second != file.second;
    };
    const bool header_changed = std::any_of(texts.begin(), texts.end(), [&](const auto& file) {
      return file.first.ends_with(".h") && changed(file);
    });
    for (const auto& file : texts) {
      if (const Status written = write_file(folder / file.first, file.second); !written) {
        report(this->folder() + "/" + file.first, written.error().message());
      } else if (file.first.ends_with(".cc") && (header_changed || changed(file))) {
        jobs.push_back({this->folder() + "/" + file.first, folder / file.first,
                        folder / (file.first + ".o"), state, ""});
      }
    }
  }

  // The skeleton's objects, by the source they stand for.
  std::map<std::string, fs::path> skeleton_objects() const {
    std::map<std::string, fs::path> objects;
    for (const auto& [file, solution] : solutions_) {
      if (file.ends_with(".cc")) {
        objects.emplace(folder() + "/" + file, scratch_ / "prefix-0" / (file + ".o"));
      }
    }
    return objects;
  }

  // On the reference's earlier stages, where a skeleton has the best chance to score by accident.
  void check_scores() {
    const fs::path program = scratch_ / "skeleton";
    if (const Status linked = trial_.tree().link(trial_.target(), skeleton_objects(), program);
        !linked) {
      return report(folder(),
                    fmt::format("the skeleton does not link: {}", linked.error().message()));
    }
    if (const double score = trial_.score(program); score > 0) report_undeserved(program, score);
    const double full = trial_.score(trial_.tree().program(trial_.target()));
    if (full < 100) {
      report(folder(), fmt::format("the solution scores {}, not 100: a case does not observe the "
                                   "same each time",
                                   points_text(full)));
    }
  }

  void report_undeserved(const fs::path& program, double score) {
    std::string given;
    for (const auto& cases : trial_.cases_of_tasks()) {
      for (const std::string& test : cases) {
        if (trial_.judge(program, test).passed()) given += (given.empty() ? "" : ", ") + test;
      }
    }
    report(fmt::format("tests/{}/lab.toml", trial_.lab().name),
           fmt::format("the untouched skeleton scores {}, not 0: it passes {}; go through a hole "
                       "first there, or count them nowhere",
                       points_text(score), given));
  }

  void check_symbols() {
    std::vector<fs::path> skeleton;
    std::vector<fs::path> solution;
    std::vector<fs::path> given;  // the spine and the stages up to this one
    for (const auto& [source, object] : skeleton_objects()) {
      skeleton.push_back(object);
      solution.push_back(trial_.tree().objects().at(source));
    }
    for (const auto& [source, object] : trial_.tree().objects()) {
      const bool spine = source.starts_with("src/") && !source.starts_with("src/apps/") &&
                         !source.starts_with("src/engines/");
      const bool stage = source.starts_with("solutions/") && source < folder() + "0";
      if ((spine || stage) && fs::exists(object)) given.push_back(object);
    }
    const auto mine = symbols_of(skeleton);
    const auto reference = symbols_of(solution);
    const auto all = symbols_of(given);
    for (const auto* symbols : {&mine, &reference, &all}) {
      if (!*symbols) return report(folder(), symbols->error().message());
    }
    compare(reference->defined, mine->defined, "the skeleton does not define");
    compare(mine->defined, reference->defined, "the solution does not define");
    // Weak symbols satisfy a need too; what stays needed by all together comes from elsewhere.
    for (const std::string& name : reference->needed) {
      if (all->needed.contains(name)) {
        report(folder(), fmt::format("needs {}, which neither the spine nor a stage up to this one "
                                     "defines",
                                     name));
      }
    }
  }

  void compare(const std::set<std::string>& these, const std::set<std::string>& others,
               std::string_view what) {
    for (const std::string& name : these) {
      if (others.contains(name)) continue;
      report(folder(), fmt::format("{} {}: declare it in a contract and define it in both, or put "
                                   "it into an anonymous namespace",
                                   what, name));
    }
  }

  const Trial& trial_;
  const Solutions& solutions_;
  const fs::path scratch_;
  bool skeleton_compiles_ = true;
  Findings findings_;
};

}  // namespace

Findings check_build(const fs::path& root, const Lab& lab, const Solutions& solutions) {
  auto trial = Trial::open(root, "dev", lab);
  if (!trial) return {{"tests/" + lab.name, 0, trial.error().message()}};
  Findings findings = BuildCheck(*trial, solutions).check();
  const Project project{root, "dev"};
  const auto observed = observations_text(project, lab, /*seed=*/1);
  if (!observed || !is_recorded(project, lab, *observed))
    findings.push_back({"tests/" + lab.name + "/observations.json", 0,
                        "is not what the reference observes now: `make record` writes it anew"});
  return findings;
}

}  // namespace kv::course
