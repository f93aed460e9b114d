#include "apps/kvcourse/results.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "apps/kvcourse/report.h"
#include "apps/kvcourse/text.h"

namespace kv::course {
namespace {

namespace fs = std::filesystem;

bool earns(const Verdict& verdict, Inherited inherited) {
  return verdict.passed() || (inherited == Inherited::forgive && verdict.inherited);
}

double per_case(const TaskGrade& task) {
  return task.verdicts.empty() ? 0 : task.task.points / static_cast<double>(task.verdicts.size());
}

std::string text_of(const nlohmann::json& json) {
  // A program may have printed anything; that must not cost the file.
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// What a task whose cases are not even known is worth saying.
std::string problem_of(const Grade& grade) {
  return grade.problem ? problem_text(*grade.problem) : "there are no cases";
}

nlohmann::json gradescope_test(const TaskInfo& task, std::string title, double score, double most,
                               std::string output) {
  return {{"name", fmt::format("{} {}", task.number, title)},
          {"number", task.number},
          {"score", score},
          {"max_score", most},
          {"status", score == most ? "passed" : "failed"},
          {"output", std::move(output)},
          {"visibility", "visible"}};
}

}  // namespace

std::string gradescope_json(const Grade& grade, Inherited inherited) {
  nlohmann::json tests = nlohmann::json::array();
  for (const TaskGrade& task : grade.tasks) {
    if (task.verdicts.empty())
      tests.push_back(
          gradescope_test(task.task, task.task.title, 0, task.task.points, problem_of(grade)));
    for (const Verdict& verdict : task.verdicts) {
      const double most = per_case(task);
      tests.push_back(gradescope_test(task.task, verdict.test, earns(verdict, inherited) ? most : 0,
                                      most,
                                      verdict.passed() ? "" : story_of(grade, task.task, verdict)));
    }
  }
  // All of it, and not a sum of thirds, where every case passed.
  constexpr double all = 100;
  return text_of({{"score", grade.full(inherited) ? all : grade.points(inherited)},
                  {"max_score", all},
                  {"output", grade_table(grade, inherited)},
                  {"output_format", "text"},
                  {"visibility", "visible"},
                  {"stdout_visibility", "hidden"},
                  {"tests", std::move(tests)},
                  {"extra_data",
                   {{"lab", grade.lab.name},
                    {"seed", grade.seed},
                    {"score_inherited_counted", grade.points(Inherited::count)},
                    {"score_inherited_forgiven", grade.points(Inherited::forgive)}}}});
}

std::string classroom_json(const Grade& grade, Inherited inherited) {
  nlohmann::json tests = nlohmann::json::array();
  for (const TaskGrade& task : grade.tasks) {
    const bool passed = !task.verdicts.empty() && task.passed(inherited) == task.verdicts.size();
    const std::string message = task.verdicts.empty() ? problem_of(grade) : causes_text(task);
    tests.push_back({{"name", fmt::format("{} {}", task.task.number, task.task.title)},
                     {"status", passed ? "pass" : "fail"},
                     {"score", task.points(inherited)},
                     {"max_score", task.task.points},
                     {"message", passed ? "" : message},
                     {"test_code", fmt::format("make grade LAB={}", grade.lab.number)},
                     {"filename", ""},
                     {"line_no", 0}});
  }
  return text_of({{"version", 1},
                  {"status", grade.full(inherited) ? "pass" : "fail"},
                  {"score", grade.points(inherited)},
                  {"max_score", 100},
                  {"tests", std::move(tests)}});
}

std::string junit_xml(const Grade& grade, Inherited inherited) {
  std::string suites;
  std::size_t all = 0;
  std::size_t all_failed = 0;
  for (const TaskGrade& task : grade.tasks) {
    std::string cases;
    std::size_t failed = task.verdicts.size() - task.passed(inherited);
    for (const Verdict& verdict : task.verdicts) {
      const std::string head = fmt::format("    <testcase classname=\"{}\" name=\"{}\"",
                                           xml(task.task.title), xml(verdict.test));
      if (earns(verdict, inherited)) {
        cases += head + "/>\n";
      } else {
        cases += fmt::format(
            "{}>\n      <failure message=\"{}\" type=\"{}\">{}</failure>\n"
            "    </testcase>\n",
            head, xml(verdict.attempt.detail), xml(name(verdict.attempt.cause)),
            xml(story_of(grade, task.task, verdict)));
      }
    }
    std::size_t count = task.verdicts.size();
    if (count == 0) {  // a suite without cases would read as green
      count = failed = 1;
      cases = fmt::format(
          "    <testcase classname=\"{0}\" name=\"{0}\">\n"
          "      <failure message=\"nothing could be run\">{1}</failure>\n"
          "    </testcase>\n",
          xml(task.task.title), xml(problem_of(grade)));
    }
    suites += fmt::format(
        "  <testsuite name=\"{} {}\" tests=\"{}\" failures=\"{}\">\n{}"
        "  </testsuite>\n",
        task.task.number, xml(task.task.title), count, failed, cases);
    all += count;
    all_failed += failed;
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\">\n{}</testsuites>\n",
      xml(grade.lab.name), all, all_failed, suites);
}

void remove_results(const fs::path& folder) {
  std::error_code error;
  for (const char* name : {"results.json", "classroom.json", "junit.xml"})
    fs::remove(folder / name, error);
}

Status write_results(const Grade& grade, Inherited inherited, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  const std::pair<const char*, std::string> files[] = {
      {"results.json", gradescope_json(grade, inherited)},
      {"classroom.json", classroom_json(grade, inherited)},
      {"junit.xml", junit_xml(grade, inherited)}};
  for (const auto& [name, text] : files) {
    const fs::path file = folder / name;
    const fs::path draft = folder / (std::string(name) + ".new");
    std::ofstream out(draft, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (out) fs::rename(draft, file, error);
    if (!out || error)
      return failure(Code::io_error, fmt::format("{} cannot be written", file.string()));
  }
  return {};
}

}  // namespace kv::course
