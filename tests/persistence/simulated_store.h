#pragma once

// An engine over a simulated file system, with background work that runs when the test says so
// (base/simulated_executor.h). Which engine, each program says for itself.
//
// *Thread safety*: one thread at a time.

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/simulated_executor.h"
#include "base/simulated_file_system.h"
#include "engines/engines.h"
#include "kv/capabilities.h"
#include "persistence/wal.h"
#include "storage/sstable.h"
#include "tests/support/story.h"
#include "tests/support/told_store.h"

namespace kv::test {

// What a store should hold, and how SimulatedStore::content tells it.
using Content = std::map<std::string, std::string>;

inline std::string told_content(const Content& content) {
  std::string text;
  for (const auto& [key, value] : content) {
    text += (text.empty() ? "" : " ") + test::quoted(key) + "=" + test::quoted(value);
  }
  return text.empty() ? "nothing" : text;
}

// What a SimulatedStore is opened with where the test does not say otherwise.
inline Options options_in_db(Durability durability = Durability::sync,
                             std::size_t log_bytes = 4'096) {
  return {.directory = "db", .durability = durability, .write_buffer_bytes = log_bytes};
}

// Opens the engine that the program tests, with parts as small as its options allow.
Result<std::unique_ptr<Store>> open_engine_under_test(const Options& options,
                                                      const Environment& environment);

class SimulatedStore {
 public:
  explicit SimulatedStore(SimulatedFileSystem& files) : files_(files) {}

  // Opens it in "db"; the one that was open before is destroyed.
  Status open(Durability durability = Durability::sync, std::size_t log_bytes = 4'096) {
    return open(options_in_db(durability, log_bytes));
  }

  Status open(const Options& options) { return open(options, {}); }

  // The same; compactions run there. Where that is a thread, warnings() may be asked for once the
  // store is closed.
  Status open(const Options& options, std::shared_ptr<Executor> compactions) {
    store_.reset();
    auto opened = open_engine_under_test(
        options, {.files = &files_,
                  .executor = executor_,
                  .warn = [this](std::string_view message) { warnings_.emplace_back(message); },
                  .pause =
                      [this](std::chrono::microseconds) {
                        ++pauses_;
                        if (at_pause_) at_pause_();
                      },
                  .compaction_executor = std::move(compactions)});
    if (!opened) return failure(std::move(opened));
    store_ = *std::move(opened);
    return {};
  }

  // The same; compactions run only when compactions() do.
  Status open_with_compactions_apart() { return open(options_in_db(), compactions_); }

  // Destroys the store. After a crash of its files that changes nothing.
  void abandon() { store_.reset(); }

  Store& store() { return *store_; }
  Store* operator->() { return store_.get(); }
  SimulatedExecutor& executor() { return *executor_; }
  SimulatedExecutor& compactions() { return *compactions_; }
  int pauses() const { return pauses_; }
  void at_each_pause(std::function<void()> happens) { at_pause_ = std::move(happens); }
  std::vector<std::string>& warnings() { return warnings_; }

  std::string content() {
    const auto all = store_->scan({});
    return all ? rest(**all) : told(Status(failure(all.error())));
  }

  // A figure of its statistics.
  double figure(const std::string& name) {
    const auto figures = store_->as<Maintenance>()->statistics();
    return figures ? figures->at(name) : -1;
  }

  // How many logs and how many tables the directory holds.
  std::size_t logs() const { return files_named(log_suffix); }
  std::size_t tables() const { return files_named(table_suffix); }

 private:
  std::size_t files_named(std::string_view suffix) const {
    std::size_t count = 0;
    for (const std::string& name : files_.list("db").value_or(std::vector<std::string>())) {
      if (number_in(name, suffix)) ++count;
    }
    return count;
  }

  SimulatedFileSystem& files_;
  std::vector<std::string> warnings_;
  const std::shared_ptr<SimulatedExecutor> executor_ = std::make_shared<SimulatedExecutor>();
  const std::shared_ptr<SimulatedExecutor> compactions_ = std::make_shared<SimulatedExecutor>();
  int pauses_ = 0;
  std::function<void()> at_pause_;
  std::unique_ptr<Store> store_;
};

}  // namespace kv::test
