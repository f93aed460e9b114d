#include "apps/kvcourse/reference.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/kvcourse/cases.h"

namespace kv::course {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return std::move(text).str();
}

std::string recorded_name(const Lab& lab) {
  return fmt::format("tests/{}/observations.json", lab.name);
}

std::string reference_target(const Lab& lab) { return fmt::format("test_{}_reference", lab.name); }

}  // namespace

Result<std::variant<Reference, BuildProblem>> Reference::open(const Project& project,
                                                              const Lab& lab, std::uint64_t seed) {
  Reference reference;
  if (project.has_solutions()) {
    const std::string target = reference_target(lab);
    if (std::optional<BuildProblem> problem = build(project, target)) return std::move(*problem);
    reference.program_ = project.program(target);
    if (Status listed = reference.list_cases(); !listed) return failure(std::move(listed));
  } else {
    const std::string shown = recorded_name(lab);
    if (Status read = reference.read_recorded(project.root / shown, shown, seed); !read)
      return failure(std::move(read));
  }
  return reference;
}

Status Reference::list_cases() {
  const Result<Outcome> outcome = run({.arguments = {program_.string(), "--gtest_list_tests"},
                                       .time_limit = std::chrono::minutes(1)});
  if (!outcome) return failure(outcome.error());
  cases_ = parse_test_list(outcome->output);
  if (!outcome->succeeded() || cases_.empty())
    return failure(Code::invalid_argument,
                   fmt::format("{} does not list its tests (--gtest_list_tests); build it again",
                               program_.string()));
  return {};
}

Status Reference::read_recorded(const fs::path& file, const std::string& shown,
                                std::uint64_t seed) {
  const auto json = nlohmann::json::parse(text_of(file), nullptr, /*allow_exceptions=*/false);
  try {
    const auto recorded_seed = json.at("seed").get<std::uint64_t>();
    if (recorded_seed != seed)
      return failure(Code::invalid_argument,
                     fmt::format("{} holds what the reference observed with the seed {}; without "
                                 "solutions/ no other seed can be graded: leave --seed out",
                                 shown, recorded_seed));
    json.at("cases").get_to(recorded_);
  } catch (const nlohmann::json::exception&) {
    return failure(Code::invalid_argument,
                   fmt::format("{} is missing or damaged; get it back with `git checkout -- {}`",
                               shown, shown));
  }
  for (const auto& [test, observations] : recorded_) cases_.push_back(test);
  return {};
}

Attempt Reference::answer(const Runner& runner, const std::string& test) const {
  if (!program_.empty()) return runner.run_case(program_, test);
  Attempt attempt;
  if (const auto found = recorded_.find(test); found != recorded_.end()) {
    attempt.observations = found->second;
  } else {
    attempt.cause = Cause::reference_failed;
    attempt.detail = "nothing is recorded of it";
  }
  return attempt;
}

Result<std::string> observations_text(const Project& project, const Lab& lab, std::uint64_t seed) {
  if (!project.has_solutions())
    return failure(Code::invalid_argument, "there is no solutions/ here to record from");
  auto opened = Reference::open(project, lab, seed);
  if (!opened) return failure(std::move(opened));
  if (const auto* problem = std::get_if<BuildProblem>(&*opened))
    return failure(Code::invalid_argument, problem->what);
  const Reference& reference = std::get<Reference>(*opened);
  const auto assigned = assign_cases(lab, reference.cases());
  if (!assigned) return failure(assigned.error());

  std::vector<std::string> cases;
  for (const auto& task : *assigned) cases.insert(cases.end(), task.begin(), task.end());
  const Runner runner(project, lab, seed);
  std::vector<Attempt> attempts(cases.size());
  in_parallel(cases.size(),
              [&](std::size_t i) { attempts[i] = reference.answer(runner, cases[i]); });

  // A line for each case: a change in one shows as one.
  std::map<std::string, std::string> lines;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!attempts[i].passed())
      return failure(Code::invalid_argument,
                     fmt::format("the reference fails {}: {}", cases[i], attempts[i].detail));
    lines[cases[i]] = fmt::format("  {}: {}", nlohmann::json(cases[i]).dump(),
                                  nlohmann::json(attempts[i].observations).dump());
  }
  std::string text = fmt::format("{{\"seed\": {}, \"cases\": {{\n", seed);
  for (const auto& [test, line] : lines)
    text += line + (test == lines.rbegin()->first ? "\n" : ",\n");
  return text + "}}\n";
}

bool is_recorded(const Project& project, const Lab& lab, const std::string& text) {
  return text_of(project.root / recorded_name(lab)) == text;
}

Result<bool> record_reference(const Project& project, const Lab& lab, std::uint64_t seed) {
  const Result<std::string> text = observations_text(project, lab, seed);
  if (!text) return failure(text.error());
  if (is_recorded(project, lab, *text)) return false;
  const fs::path file = project.root / recorded_name(lab);
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << *text;
  out.close();
  if (!out) return failure(Code::io_error, fmt::format("{} cannot be written", file.string()));
  return true;
}

}  // namespace kv::course
