#include "apps/kvcourse/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "apps/kvcourse/documents.h"
#include "apps/kvcourse/files.h"
#include "apps/kvcourse/skeleton.h"
#include "apps/kvcourse/style_limits.h"

namespace kv::course {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_written_lines = 500;
constexpr std::size_t fewest_tasks = 3;
constexpr std::size_t most_tasks = 8;

void add(Findings& all, Findings some) {
  all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
}

// An error as a finding: its message names the file, and the line where it is known.
Finding finding_of(const Error& error) { return {"", 0, error.message()}; }

Result<Solutions> read_solutions(const fs::path& root, const Lab& lab) {
  Solutions solutions;
  const fs::path folder = root / "solutions" / lab.name;
  auto files = list_files(folder);
  if (!files) return failure(std::move(files));
  for (const std::string& file : *files) {
    auto text = read_file(folder / file);
    if (!text) return failure(std::move(text));
    auto solution = parse_solution(fmt::format("solutions/{}/{}", lab.name, file), *text);
    if (!solution) return failure(std::move(solution));
    solutions.emplace(file, *std::move(solution));
  }
  return solutions;
}

Findings check_lab(const fs::path& root, const Lab& lab, bool quick) {
  auto solutions = read_solutions(root, lab);
  if (!solutions) return {finding_of(solutions.error())};
  Findings findings = check_holes(lab, *solutions);
  add(findings, check_lesson(root, lab));
  if (!quick) add(findings, check_build(root, lab, *solutions));
  return findings;
}

// README.md, docs/*.md and the lessons.
Findings check_documents(const fs::path& root) {
  std::vector<std::string> documents = {"README.md"};
  for (const std::string folder : {"docs", "lessons"}) {
    const auto files = list_files(root / folder);
    if (!files) continue;
    for (const std::string& file : *files) {
      if (file.ends_with(".md")) documents.push_back(folder + "/" + file);
    }
  }
  const auto makefile = read_file(root / "Makefile");
  const std::set<std::string> targets =
      makefile ? make_targets(*makefile) : std::set<std::string>();
  Findings findings;
  for (const std::string& document : documents) {
    const auto text = read_file(root / document);
    if (!text) {
      findings.push_back({document, 0, "is missing"});
    } else {
      add(findings, check_document(root, document, *text, targets));
    }
  }
  return findings;
}

Findings check_sources(const fs::path& root) {
  Findings findings;
  for (const std::string folder : {"src", "solutions", "tests"}) {
    const auto files = list_files(root / folder);
    if (!files) continue;
    for (const std::string& file : *files) {
      if (!file.ends_with(".cc") && !file.ends_with(".h")) continue;
      if (const auto text = read_file(root / folder / file)) {
        add(findings, check_limits(folder + "/" + file, *text));
      }
    }
  }
  return findings;
}

}  // namespace

Findings check_in_sync(const fs::path& root, const std::vector<std::string>& labs) {
  constexpr std::string_view remedy = "run `make skeleton` and commit labs/";
  Findings findings;
  std::map<std::string, std::string> skeleton;
  for (const std::string& lab : labs) {
    auto files = skeleton_files(root, lab);
    if (!files) return {finding_of(files.error())};
    skeleton.merge(*files);
  }
  for (const auto& [path, text] : skeleton) {
    const auto now = read_file(root / "labs" / path);
    if (!now) {
      findings.push_back({"labs/" + path, 0, fmt::format("is missing: {}", remedy)});
    } else if (*now != text) {
      findings.push_back({"labs/" + path, 0,
                          fmt::format("is not what solutions/{} makes: edit the solution, {}; if "
                                      "it says \"kept\", add --force",
                                      path, remedy)});
    }
  }
  const auto there = list_files(root / "labs");
  for (const std::string& path : there ? *there : std::vector<std::string>()) {
    const bool asked = std::any_of(labs.begin(), labs.end(), [&](const std::string& lab) {
      return path.starts_with(lab + "/");
    });
    if (asked && !skeleton.contains(path)) {
      findings.push_back({"labs/" + path, 0, "comes from no solution: remove it"});
    }
  }
  if (!findings.empty()) return findings;  // the list would only say the same
  const auto listed = read_file(root / "labs" / ".generated");
  const std::vector<std::string> lines = listed ? split_lines(*listed) : std::vector<std::string>();
  for (const std::string& line : split_lines(generated_list(skeleton))) {
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) {
      findings.push_back({"labs/.generated", 0, fmt::format("lacks \"{}\": {}", line, remedy)});
    }
  }
  return findings;
}

Findings check_holes(const Lab& lab, const Solutions& solutions) {
  const std::string folder = "solutions/" + lab.name;
  Findings findings;
  std::set<std::string> tasks;
  std::size_t written = 0;
  for (const auto& [file, solution] : solutions) {
    written += written_lines(solution);
    for (const Hole& hole : solution.holes) {
      const std::string place = folder + "/" + file;
      if (hole.task.empty()) {
        findings.push_back(
            {place, hole.opens, "this hole names no task: put LAB n.m in the comment above it"});
      } else if (std::none_of(lab.tasks.begin(), lab.tasks.end(),
                              [&](const TaskInfo& task) { return task.number == hole.task; })) {
        findings.push_back(
            {place, hole.opens,
             fmt::format("task {} is not in tests/{}/lab.toml", hole.task, lab.name)});
      } else {
        tasks.insert(hole.task);
      }
    }
  }
  if (written > most_written_lines) {
    findings.push_back({folder, 0,
                        fmt::format("{} lines of reference in holes, at most {}: give plumbing "
                                    "complete",
                                    written, most_written_lines)});
  }
  if (tasks.size() < fewest_tasks || tasks.size() > most_tasks) {
    findings.push_back(
        {folder, 0,
         fmt::format("{} tasks have holes, not {} to {}", tasks.size(), fewest_tasks, most_tasks)});
  }
  return findings;
}

Findings check_lesson(const fs::path& root, const Lab& lab) {
  const std::string lesson = fmt::format("lessons/{}/README.md", lab.name);
  const auto text = read_file(root / lesson);
  if (!text) return {{lesson, 0, "is missing"}};
  const std::set<std::string> anchors = anchors_of(*text);
  Findings findings;
  for (const TaskInfo& task : lab.tasks) {
    if (!anchors.contains(task.lesson)) {
      findings.push_back({lesson, 0,
                          fmt::format("has no heading with the anchor #{} that task {} of "
                                      "tests/{}/lab.toml names",
                                      task.lesson, task.number, lab.name)});
    }
  }
  return findings;
}

Result<int> check_command(const fs::path& root, std::string_view which, bool quick) {
  auto solved = solved_labs(root);
  if (!solved) return failure(std::move(solved));
  std::vector<Lab> labs;
  Findings findings;
  if (which.empty()) {
    auto all = load_labs(root);
    if (!all) return failure(std::move(all));
    labs = *std::move(all);
    add(findings, check_in_sync(root, *solved));
    for (const std::string& name : *solved) {
      if (std::none_of(labs.begin(), labs.end(), [&](const Lab& lab) { return lab.name == name; }))
        findings.push_back({"solutions/" + name, 0, "has no tests/" + name + "/lab.toml"});
    }
    add(findings, check_documents(root));
    add(findings, check_sources(root));
  } else {
    auto one = load_lab(root, which);
    if (!one) return failure(std::move(one));
    add(findings, check_in_sync(root, {one->name}));
    labs.push_back(*std::move(one));
  }
  for (const Lab& lab : labs) add(findings, check_lab(root, lab, quick));
  for (const Finding& finding : findings) fmt::print("{}\n", finding.text());
  fmt::print("check: {} {}, {} {}\n", labs.size(), labs.size() == 1 ? "lab" : "labs",
             findings.size(), findings.size() == 1 ? "finding" : "findings");
  return findings.empty() ? 0 : 1;
}

}  // namespace kv::course
