#pragma once

// A lab as tests/NN-name/lab.toml describes it: the one source of its title, tasks, points and
// limits.
//
//   title = "The contract and its first store"
//   hours = 8                         # for a good student
//   time_limit_s = 10                 # for one test case
//   memory_limit_mb = 1024            # for one test case
//   hand_in = ["map_store.cc"]        # the files in labs/NN-name/ that `make submit` packs
//
//   [[task]]                          # in the order of the lesson
//   number = "1.1"
//   title = "get, put and erase"
//   points = 15                       # the points of a lab add up to 100
//   tests = ["PointOperations.*"]     # GoogleTest patterns; no test belongs to two tasks
//   lesson = "point-operations"       # a heading's anchor in lessons/NN-name/README.md
//
//   [bench]                           # what `make bench` measures; left out: nothing
//   engine = "map"
//   workloads = ["fillrandom"]        # kvbench's (bench/workloads/workload.h)
//   entries = 100000
//   peers = ["unordered_map"]         # measured too, those that were found; may be left out
//   options = ["--ops", "10000"]      # more options of kvbench; may be left out
//
// *Errors*: `invalid_argument`, naming the file, the line where it is known, and what is wrong.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kv::course {

struct TaskInfo {
  std::string number;
  std::string title;
  double points = 0;
  std::vector<std::string> tests;
  std::string lesson;
};

struct BenchInfo {
  std::string engine;
  std::vector<std::string> workloads;
  int entries = 0;
  std::vector<std::string> peers;
  std::vector<std::string> options;
};

struct Lab {
  int number = 0;
  std::string name;  // "01-introduction"
  std::string title;
  double hours = 0;
  int time_limit_s = 0;
  int memory_limit_mb = 0;
  std::vector<std::string> hand_in;
  std::vector<TaskInfo> tasks;
  std::optional<BenchInfo> bench;
};

// Where the project stands: the nearest folder upwards from here that holds lessons/, tests/ and
// CMakePresets.json. Errors: `invalid_argument` outside of one.
Result<std::filesystem::path> find_root();

// The labs of the project, in order: every tests/NN-name/ with a lab.toml.
Result<std::vector<Lab>> load_labs(const std::filesystem::path& root);

// One lab, by what a person types: "1", "01" or "01-introduction". Errors: `invalid_argument`,
// listing the labs there are.
Result<Lab> load_lab(const std::filesystem::path& root, std::string_view which);

}  // namespace kv::course
