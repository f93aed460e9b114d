#pragma once

// A conversation with one store: runs commands, keeps the open batch and the snapshots between
// them, and writes the answers. Where the commands come from (arguments, script, prompt) and where
// the store comes from (an embedded engine, later a server) are somebody else's business.
//
// *Thread safety*: one thread at a time; a stop may be requested from any thread.
// *Errors*: none are thrown: each command ends with an Outcome. A part of the lab that is not
// written yet (base/todo.h) ends it with Exit::todo.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "apps/kvcli/commands.h"
#include "apps/kvcli/outcome.h"
#include "apps/kvcli/output.h"
#include "kv/capabilities.h"
#include "kv/store.h"

namespace kv::cli {

class Session {
 public:
  struct Settings {
    std::function<Result<std::unique_ptr<Store>>()> open;  // called once, when first needed
    Format format = Format::plain;
    bool talkative = false;       // says "ok" where there is no other answer: at a prompt
    bool progress = false;        // standard error is a terminal
    bool reads_commands = false;  // standard input holds commands, so nothing is imported from it
  };

  // Borrows the output.
  Session(Settings settings, Output& output);

  // Opens the store, if it is not open yet.
  Outcome open();

  // Runs one command, and flushes its answer. Blank lines and comments are ok.
  Outcome run_line(std::string_view line, std::stop_token stop = {});
  Outcome run(std::span<const Word> words, std::stop_token stop = {});

  bool finished() const { return finished_; }  // quit was asked for

  // A line of the open batch was wrong: commit will refuse. No batch: no effect.
  void spoil_batch() { batch_spoiled_ = batch_.has_value(); }

  // For the prompt.
  const std::optional<Batch>& open_batch() const { return batch_; }
  const std::string& used_snapshot() const { return used_; }  // empty: none
  std::vector<std::string_view> snapshot_names() const;

 private:
  using Arguments = std::vector<std::string>;

  Outcome execute(const Invocation& invocation);
  Outcome execute_on_store(const Invocation& invocation);

  Outcome get(const Arguments& arguments);
  Outcome exists(const Arguments& arguments);
  Outcome scan(const Invocation& invocation);
  Outcome count(const Invocation& invocation);
  Outcome write(Verb verb, const Arguments& arguments);
  Outcome batch(const Arguments& arguments);
  Outcome commit();
  Outcome abort();
  Outcome snapshot(const Arguments& arguments);
  Outcome list_snapshots();
  Outcome import(const Invocation& invocation);
  Outcome transferred(std::string_view what, std::uint64_t entries);
  Outcome export_to(const Invocation& invocation);
  Outcome maintain(const Invocation& invocation);
  Outcome compact(Maintenance& maintenance, const Invocation& invocation);
  Outcome stats(Maintenance& maintenance);
  Outcome levels(Maintenance& maintenance);
  Outcome trace(Maintenance& maintenance, const std::string& key);
  Outcome files(const Invocation& invocation);
  Outcome engines();
  Outcome help(const Arguments& arguments);

  Reader& reader();
  Outcome done();
  Outcome row(const Columns& columns, std::span<const Cell> cells);
  Outcome number(std::string_view what, std::uint64_t value);
  Outcome print(std::string_view text);
  Outcome answered(const Status& status);

  const Settings settings_;
  Output& output_;
  std::unique_ptr<Store> store_;
  std::optional<Batch> batch_;
  bool batch_spoiled_ = false;
  std::map<std::string, std::unique_ptr<Snapshot>, std::less<>> snapshots_;
  std::string used_;
  bool finished_ = false;

  // Of the command that runs.
  std::stop_token stop_;
  Context context_;
  Format format_ = Format::plain;
};

}  // namespace kv::cli
