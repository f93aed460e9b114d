#include "apps/kvcourse/mutants.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

#include "apps/kvcourse/files.h"
#include "apps/kvcourse/trial.h"

namespace kv::course {

namespace fs = std::filesystem;

namespace {

using Seconds = std::chrono::duration<double>;

// What became of one mutant.
struct Fate {
  std::string by;       // the case that caught it; empty: none did
  std::string cause;    // and how
  Seconds took{};       // to build it and to catch it
  std::string problem;  // why it does not count; empty: it was caught, and it is subtle
};

class Hunt {
 public:
  Hunt(const Trial& trial, const fs::path& root) : trial_(trial), root_(root) {}

  Fate hunt(const Mutant& mutant) const {
    const auto begin = std::chrono::steady_clock::now();
    const fs::path scratch = trial_.tree().folder() / "mutants" / trial_.lab().name / mutant.name;
    Fate fate;
    if (Status built = build(mutant, scratch); !built) {
      fate.problem = built.error().message();
      return fate;
    }
    catch_it(mutant, scratch / "program", fate);
    fate.took = std::chrono::steady_clock::now() - begin;
    if (fate.by.empty()) {
      fate.problem =
          fmt::format("not caught by the cases of task {} ({}); its change lies in {}", mutant.task,
                      mutant.why, (scratch / mutant.file).lexically_relative(root_).string());
      return fate;
    }
    fate.problem = blatant(scratch / "program");
    std::error_code error;
    fs::remove_all(scratch, error);
    return fate;
  }

 private:
  Status build(const Mutant& mutant, const fs::path& scratch) const {
    const std::string source = fmt::format("solutions/{}/{}", trial_.lab().name, mutant.file);
    auto text = read_file(root_ / source);
    if (!text) return failure(std::move(text));
    const fs::path copy = scratch / mutant.file;
    const fs::path object = scratch / (mutant.file + ".o");
    if (Status written = write_file(copy, plant(mutant, *std::move(text))); !written) {
      return written;
    }
    // A bug may leave a variable unused; that is no reason not to plant it.
    if (Status compiled = trial_.tree().compile(source, copy, object, {"-Wno-error"}); !compiled) {
      return compiled;
    }
    return trial_.tree().link(trial_.target(), {{source, object}}, scratch / "program");
  }

  // Runs the cases of the mutant's task until one fails.
  void catch_it(const Mutant& mutant, const fs::path& program, Fate& fate) const {
    for (std::size_t task = 0; task < trial_.cases_of_tasks().size(); ++task) {
      if (trial_.lab().tasks[task].number != mutant.task) continue;
      for (const std::string& test : trial_.cases_of_tasks()[task]) {
        const Verdict verdict = trial_.judge(program, test);
        if (verdict.passed()) continue;
        fate.by = test;
        fate.cause = name(verdict.attempt.cause);
        return;
      }
    }
  }

  // Why the program is no subtle bug, if so: it fails more than a third of all cases.
  std::string blatant(const fs::path& program) const {
    const auto& cases = trial_.all_cases();
    std::size_t failed = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      if (!trial_.judge(program, cases[i]).passed()) ++failed;
      if (3 * failed > cases.size()) {
        return fmt::format(
            "not subtle: it fails {} of the first {} of {} cases; at most a third "
            "may fail",
            failed, i + 1, cases.size());
      }
    }
    return {};
  }

  const Trial& trial_;
  const fs::path& root_;
};

// The time limit of a case here, in seconds, if the lab's is not less. Under a sanitizer it is five
// times as long, as everywhere.
constexpr int longest_s = 4;

struct Tally {
  std::size_t caught = 0;
  std::size_t missed = 0;
  Findings findings;
};

void print_row(const Mutant& mutant, const Fate& fate) {
  fmt::print("  {:<48} {:<5} {:<8} {:>6.1f} s  {}\n", mutant.name, mutant.task, mutant.preset,
             fate.took.count(),
             fate.by.empty() ? "NOT CAUGHT" : fmt::format("{} ({})", fate.by, fate.cause));
  std::fflush(stdout);
}

// Hunts the mutants of one preset, two at a time.
Status hunt_all(const fs::path& root, const Lab& lab, const std::string& file,
                const std::string& preset, const std::vector<Mutant>& mutants, Tally& tally) {
  // A bug that hangs one case hangs many; a case that does not takes less than a second.
  Lab hurried = lab;
  hurried.time_limit_s = std::min(lab.time_limit_s, longest_s);
  auto trial = Trial::open(root, preset, hurried);
  if (!trial) return failure(std::move(trial));
  const Hunt hunt(*trial, root);
  std::vector<Fate> fates(mutants.size());
  in_parallel(mutants.size(), [&](std::size_t i) { fates[i] = hunt.hunt(mutants[i]); });
  for (std::size_t i = 0; i < mutants.size(); ++i) {
    print_row(mutants[i], fates[i]);
    ++(fates[i].by.empty() ? tally.missed : tally.caught);
    if (!fates[i].problem.empty()) {
      tally.findings.push_back(
          {file, mutants[i].line, fmt::format("{}: {}", mutants[i].name, fates[i].problem)});
    }
  }
  return {};
}

Result<std::map<std::string, std::string>> solution_texts(const fs::path& root, const Lab& lab) {
  std::map<std::string, std::string> texts;
  const fs::path folder = root / "solutions" / lab.name;
  auto files = list_files(folder);
  if (!files) return failure(std::move(files));
  for (const std::string& file : *files) {
    auto text = read_file(folder / file);
    if (!text) return failure(std::move(text));
    texts.emplace(file, *std::move(text));
  }
  return texts;
}

Status hunt_lab(const fs::path& root, const Lab& lab, std::size_t every, Tally& tally) {
  const std::string file = fmt::format("tests/{}/mutants.toml", lab.name);
  auto text = read_file(root / file);
  if (!text) return failure(std::move(text));
  auto mutants = parse_mutants(file, *text);
  if (!mutants) return failure(std::move(mutants));
  auto solution = solution_texts(root, lab);
  if (!solution) return failure(std::move(solution));
  const Findings wrong = check_catalogue(file, lab, *mutants, *solution);
  tally.findings.insert(tally.findings.end(), wrong.begin(), wrong.end());

  // Those that cannot be planted are findings already.
  std::map<std::string, std::vector<Mutant>> by_preset;
  for (std::size_t i = 0; i < mutants->size(); ++i) {
    const Mutant& mutant = (*mutants)[i];
    const bool plantable = std::none_of(wrong.begin(), wrong.end(), [&](const Finding& finding) {
      return finding.line == mutant.line;
    });
    if (plantable && i % every == 0) by_preset[mutant.preset].push_back(mutant);
    if (!plantable) ++tally.missed;
  }
  fmt::print("{}\n", lab.name);
  for (const auto& [preset, group] : by_preset) {
    if (Status hunted = hunt_all(root, lab, file, preset, group, tally); !hunted) return hunted;
  }
  return {};
}

}  // namespace

Result<int> mutants_command(const fs::path& root, std::string_view which, std::size_t every) {
  if (!fs::exists(root / "solutions")) {
    return failure(Code::invalid_argument,
                   "there is no solutions/ here, and mutants are planted in the solutions");
  }
  std::vector<Lab> labs;
  if (which.empty()) {
    auto all = load_labs(root);
    if (!all) return failure(std::move(all));
    labs = *std::move(all);
  } else {
    auto one = load_lab(root, which);
    if (!one) return failure(std::move(one));
    labs.push_back(*std::move(one));
  }
  Tally tally;
  for (const Lab& lab : labs) {
    if (Status hunted = hunt_lab(root, lab, every, tally); !hunted)
      return failure(std::move(hunted));
  }
  for (const Finding& finding : tally.findings) fmt::print("{}\n", finding.text());
  fmt::print("mutants: {} caught, {} missed\n", tally.caught, tally.missed);
  return tally.findings.empty() && tally.missed == 0 ? 0 : 1;
}

}  // namespace kv::course
