#include "apps/kvcourse/lab.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <initializer_list>
#include <set>

namespace kv::course {
namespace {

namespace fs = std::filesystem;

// Reads one lab.toml. The first complaint is kept; what is read after it does not count.
class LabReader {
 public:
  LabReader(fs::path shown, std::string name) : shown_(std::move(shown)) {
    lab_.name = std::move(name);
    lab_.number = std::stoi(lab_.name.substr(0, 2));
  }

  Result<Lab> read(const toml::table& table) {
    only_keys(table,
              {"title", "hours", "time_limit_s", "memory_limit_mb", "hand_in", "task", "bench"});
    lab_.title = text(table, "title");
    lab_.hours = number(table, "hours", 0);
    lab_.time_limit_s = whole(table, "time_limit_s");
    lab_.memory_limit_mb = whole(table, "memory_limit_mb");
    lab_.hand_in = texts(table, "hand_in");
    for (const std::string& file : lab_.hand_in) {
      if (file.find('/') != file.npos || file.starts_with("."))
        complain(&table,
                 fmt::format("hand_in names plain files of the lab's folder, not \"{}\"", file));
    }
    read_tasks(table);
    read_bench(table);
    if (!complaint_.empty()) return failure(Code::invalid_argument, complaint_);
    return lab_;
  }

 private:
  void complain(const toml::node* node, std::string_view what) {
    if (!complaint_.empty()) return;
    const auto line = node == nullptr ? 0 : node->source().begin.line;
    complaint_ = line == 0 ? fmt::format("{}: {}", shown_.string(), what)
                           : fmt::format("{}:{}: {}", shown_.string(), line, what);
  }

  // A misspelt key would otherwise be left out in silence.
  void only_keys(const toml::table& table, std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : table) {
      if (std::ranges::find(known, key.str()) == known.end())
        complain(&value, fmt::format("unknown key \"{}\"; known are {}", key.str(),
                                     fmt::join(known, ", ")));
    }
  }

  std::string text(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    const auto value = node == nullptr ? std::nullopt : node->value_exact<std::string>();
    if (value && !value->empty()) return *value;
    complain(node == nullptr ? &table : node, fmt::format("{} = \"...\" is missing or empty", key));
    return {};
  }

  double number(const toml::table& table, std::string_view key, double least) {
    const toml::node* node = table.get(key);
    const auto value = node == nullptr || !node->is_number() ? std::nullopt : node->value<double>();
    if (value && std::isfinite(*value) && *value >= least) return *value;
    complain(node == nullptr ? &table : node,
             fmt::format("{} must be a number, {} or more", key, least));
    return least;
  }

  int whole(const toml::table& table, std::string_view key) {
    constexpr std::int64_t most = 1'000'000;
    const toml::node* node = table.get(key);
    const auto value = node == nullptr ? std::nullopt : node->value_exact<std::int64_t>();
    if (value && *value >= 1 && *value <= most) return static_cast<int>(*value);
    complain(node == nullptr ? &table : node,
             fmt::format("{} must be a whole number from 1 to {}", key, most));
    return 1;
  }

  std::vector<std::string> texts(const toml::table& table, std::string_view key) {
    std::vector<std::string> list;
    const toml::node* node = table.get(key);
    const toml::array* array = node == nullptr ? nullptr : node->as_array();
    if (array != nullptr) {
      for (const toml::node& element : *array) {
        const auto value = element.value_exact<std::string>();
        if (!value || value->empty()) complain(&element, fmt::format("{} holds texts", key));
        list.push_back(value.value_or(""));
      }
    }
    if (list.empty())
      complain(node == nullptr ? &table : node,
               fmt::format("{} = [\"...\"] is missing or empty", key));
    return list;
  }

  void read_tasks(const toml::table& table) {
    const toml::node* node = table.get("task");
    const toml::array* tasks = node == nullptr ? nullptr : node->as_array();
    if (tasks == nullptr || tasks->empty()) {
      complain(&table, "there is no [[task]]");
      return;
    }
    double points = 0;
    std::set<std::string> patterns;
    for (const toml::node& element : *tasks) {
      const toml::table* task = element.as_table();
      if (task == nullptr) {
        complain(&element, "each task is a table: [[task]]");
        return;
      }
      lab_.tasks.push_back(read_task(*task));
      points += lab_.tasks.back().points;
      for (const std::string& pattern : lab_.tasks.back().tests) {
        if (!patterns.insert(pattern).second)
          complain(task, fmt::format("the tests \"{}\" belong to two tasks", pattern));
      }
    }
    constexpr double all = 100;
    if (std::abs(points - all) > 1e-6)
      complain(nullptr,
               fmt::format("the points of the tasks add up to {}, not to {}", points, all));
  }

  TaskInfo read_task(const toml::table& table) {
    only_keys(table, {"number", "title", "points", "tests", "lesson"});
    TaskInfo task;
    task.number = text(table, "number");
    const std::string expected = fmt::format("{}.{}", lab_.number, lab_.tasks.size() + 1);
    if (task.number != expected)
      complain(&table,
               fmt::format("this task's number is \"{}\", not \"{}\"", expected, task.number));
    task.title = text(table, "title");
    task.points = number(table, "points", 0);
    task.tests = texts(table, "tests");
    task.lesson = text(table, "lesson");
    return task;
  }

  void read_bench(const toml::table& table) {
    const toml::node* node = table.get("bench");
    if (node == nullptr) return;
    const toml::table* bench = node->as_table();
    if (bench == nullptr) return complain(node, "what is measured is a table: [bench]");
    only_keys(*bench, {"engine", "workloads", "entries", "peers", "options"});
    BenchInfo info;
    info.engine = text(*bench, "engine");
    info.workloads = texts(*bench, "workloads");
    info.entries = whole(*bench, "entries");
    if (bench->contains("peers")) info.peers = texts(*bench, "peers");
    if (bench->contains("options")) info.options = texts(*bench, "options");
    lab_.bench = std::move(info);
  }

  const fs::path shown_;
  Lab lab_;
  std::string complaint_;
};

// "01-introduction"
bool is_lab_name(std::string_view name) {
  return name.size() > 3 && std::isdigit(static_cast<unsigned char>(name[0])) != 0 &&
         std::isdigit(static_cast<unsigned char>(name[1])) != 0 && name[2] == '-';
}

std::vector<std::string> lab_names(const fs::path& root) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(root / "tests", error)) {
    const std::string name = entry.path().filename().string();
    if (is_lab_name(name) && fs::exists(entry.path() / "lab.toml", error)) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

Result<Lab> load_named(const fs::path& root, const std::string& name) {
  const fs::path shown = fs::path("tests") / name / "lab.toml";
  try {
    return LabReader(shown, name).read(toml::parse_file((root / shown).string()));
  } catch (const toml::parse_error& error) {
    return failure(
        Code::invalid_argument,
        fmt::format("{}:{}: {}", shown.string(), error.source().begin.line, error.description()));
  }
}

}  // namespace

Result<fs::path> find_root() {
  std::error_code error;
  for (fs::path folder = fs::current_path(error);; folder = folder.parent_path()) {
    if (fs::is_directory(folder / "lessons", error) && fs::is_directory(folder / "tests", error) &&
        fs::is_regular_file(folder / "CMakePresets.json", error))
      return folder;
    if (folder == folder.parent_path()) break;
  }
  return failure(Code::invalid_argument,
                 "this is not inside the project (no lessons/, tests/ and CMakePresets.json from "
                 "here upwards); change to its folder, or name it with --root");
}

Result<std::vector<Lab>> load_labs(const fs::path& root) {
  std::vector<Lab> labs;
  for (const std::string& name : lab_names(root)) {
    Result<Lab> lab = load_named(root, name);
    if (!lab) return failure(std::move(lab));
    labs.push_back(std::move(*lab));
  }
  return labs;
}

Result<Lab> load_lab(const fs::path& root, std::string_view which) {
  const std::vector<std::string> names = lab_names(root);
  for (const std::string& name : names) {
    const std::string_view number = std::string_view(name).substr(0, 2);
    if (which == name || which == number || (number[0] == '0' && which == number.substr(1)))
      return load_named(root, name);
  }
  return failure(
      Code::invalid_argument,
      names.empty()
          ? fmt::format("there are no labs in {} (no tests/NN-name/lab.toml)", root.string())
          : fmt::format("there is no lab \"{}\"; there are: {}", which, fmt::join(names, ", ")));
}

}  // namespace kv::course
