#include <fmt/format.h>

#include "apps/kvcourse/commands.h"
#include "apps/kvcourse/report.h"
#include "apps/kvcourse/results.h"

namespace kv::course {

Result<int> grade_command(const Settings& settings, const std::string& which,
                          const std::filesystem::path& out, Inherited inherited) {
  const Result<Lab> lab = load_lab(settings.root, which);
  if (!lab) return failure(lab.error());
  const Result<Grader> grader = Grader::open(settings.project(), *lab, settings.seed);
  if (!grader) return failure(grader.error());
  const Grade grade = grader->grade();
  if (grade.is_void()) {
    remove_results(out / lab->name);
    fmt::print("{}", grade_table(grade, inherited));
    return exit_usage;
  }
  if (Status written = write_results(grade, inherited, out / lab->name); !written)
    return failure(std::move(written));
  fmt::print("{}", grade_table(grade, inherited));
  return grade.full(inherited) ? exit_ok : exit_failed;
}

Result<int> record_command(const Settings& settings, const std::string& which) {
  std::vector<Lab> labs;
  if (which.empty()) {
    Result<std::vector<Lab>> all = load_labs(settings.root);
    if (!all) return failure(std::move(all));
    labs = std::move(*all);
  } else {
    Result<Lab> lab = load_lab(settings.root, which);
    if (!lab) return failure(std::move(lab));
    labs.push_back(std::move(*lab));
  }
  if (labs.empty())
    return failure(Code::invalid_argument, "there are no labs here (no tests/NN-name/lab.toml)");
  for (const Lab& lab : labs) {
    const Result<bool> wrote = record_reference(settings.project(), lab, settings.seed);
    if (!wrote) return failure(wrote.error());
    fmt::print("tests/{}/observations.json: {}\n", lab.name, *wrote ? "written" : "up to date");
  }
  return exit_ok;
}

}  // namespace kv::course
