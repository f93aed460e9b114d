// The catalogue of mutants as a text: reading it and what can be said of it without running it.

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <set>

#include "apps/kvcourse/files.h"
#include "apps/kvcourse/mutants.h"

namespace kv::course {
namespace {

constexpr std::size_t least_mutants = 8;
constexpr std::size_t least_for_a_task = 2;

Result<Mutant> read_mutant(const std::string& file, const toml::table& table) {
  Mutant mutant;
  mutant.line = table.source().begin.line;
  const auto wrong = [&](const std::string& what) {
    return failure(Code::invalid_argument, fmt::format("{}:{}: {}", file, mutant.line, what));
  };
  const std::map<std::string_view, std::string*> keys = {
      {"name", &mutant.name}, {"file", &mutant.file},       {"task", &mutant.task},
      {"find", &mutant.find}, {"replace", &mutant.replace}, {"preset", &mutant.preset},
      {"why", &mutant.why}};
  for (const auto& [key, value] : table) {
    const auto known = keys.find(key.str());
    if (known == keys.end()) {
      return wrong(
          fmt::format("unknown key \"{}\"; a mutant has name, file, task, find, replace, "
                      "preset, why",
                      key.str()));
    }
    const auto text = value.value_exact<std::string>();
    if (!text) return wrong(fmt::format("{} must be a text in quotes", key.str()));
    *known->second = *text;
  }
  for (const auto& [key, value] : keys) {
    const bool may_be_empty = key == "replace" && table.contains("replace");
    if (value->empty() && !may_be_empty) return wrong(fmt::format("{} is missing or empty", key));
  }
  return mutant;
}

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// What is wrong with one mutant; empty: nothing.
std::string complaint(const Mutant& mutant, const Lab& lab,
                      const std::map<std::string, std::string>& solution) {
  constexpr std::array presets = {"dev", "release", "asan", "tsan"};
  const auto text = solution.find(mutant.file);
  if (text == solution.end()) {
    return fmt::format("solutions/{} has no file {}", lab.name, mutant.file);
  }
  if (!mutant.file.ends_with(".cc")) {
    return fmt::format("{} is not a .cc file: a mutant changes one that is compiled by itself",
                       mutant.file);
  }
  if (const std::size_t count = occurrences(text->second, mutant.find); count != 1) {
    return fmt::format(
        "its find occurs {} times in {}, not once: give as much of the text as it "
        "takes",
        count, mutant.file);
  }
  if (std::none_of(lab.tasks.begin(), lab.tasks.end(),
                   [&](const TaskInfo& task) { return task.number == mutant.task; })) {
    return fmt::format("the lab has no task {}", mutant.task);
  }
  if (std::find(presets.begin(), presets.end(), mutant.preset) == presets.end()) {
    return fmt::format("no preset {}: there are {}", mutant.preset, fmt::join(presets, ", "));
  }
  return {};
}

bool merely_deletes(const Mutant& mutant) { return trimmed(mutant.replace).empty(); }

}  // namespace

Result<std::vector<Mutant>> parse_mutants(const std::string& file, std::string_view text) {
  std::vector<Mutant> mutants;
  try {
    const toml::table table = toml::parse(text, file);
    for (const auto& [key, value] : table) {
      const toml::array* list = value.as_array();
      if (key.str() != "mutant" || list == nullptr) {
        return failure(Code::invalid_argument,
                       fmt::format("{}:{}: only [[mutant]] stands here, not {}", file,
                                   key.source().begin.line, key.str()));
      }
      for (const toml::node& element : *list) {
        const toml::table* entry = element.as_table();
        if (entry == nullptr) {
          return failure(Code::invalid_argument,
                         fmt::format("{}:{}: each mutant is a table: [[mutant]]", file,
                                     element.source().begin.line));
        }
        auto mutant = read_mutant(file, *entry);
        if (!mutant) return failure(std::move(mutant));
        mutants.push_back(*std::move(mutant));
      }
    }
  } catch (const toml::parse_error& error) {
    return failure(Code::invalid_argument,
                   fmt::format("{}:{}: {}", file, error.source().begin.line, error.description()));
  }
  return mutants;
}

Findings check_catalogue(const std::string& file, const Lab& lab,
                         const std::vector<Mutant>& mutants,
                         const std::map<std::string, std::string>& solution) {
  Findings findings;
  std::set<std::string> names;
  std::map<std::string, std::size_t> of_task;
  std::size_t deletions = 0;
  for (const Mutant& mutant : mutants) {
    if (const std::string what = complaint(mutant, lab, solution); !what.empty()) {
      findings.push_back({file, mutant.line, fmt::format("{}: {}", mutant.name, what)});
    }
    if (!names.insert(mutant.name).second) {
      findings.push_back({file, mutant.line, fmt::format("a second mutant {}", mutant.name)});
    }
    ++of_task[mutant.task];
    if (merely_deletes(mutant)) ++deletions;
  }
  if (mutants.size() < least_mutants) {
    findings.push_back(
        {file, 0, fmt::format("{} mutants, at least {}", mutants.size(), least_mutants)});
  }
  for (const TaskInfo& task : lab.tasks) {
    if (of_task[task.number] < least_for_a_task) {
      findings.push_back({file, 0,
                          fmt::format("{} mutants for task {}, at least {}", of_task[task.number],
                                      task.number, least_for_a_task)});
    }
  }
  if (4 * deletions > mutants.size()) {
    findings.push_back({file, 0,
                        fmt::format("{} of {} mutants merely delete something, at most a "
                                    "quarter may",
                                    deletions, mutants.size())});
  }
  return findings;
}

std::string plant(const Mutant& mutant, std::string text) {
  text.replace(text.find(mutant.find), mutant.find.size(), mutant.replace);
  return text;
}

}  // namespace kv::course
