#include "apps/kvcli/completion.h"

#include <algorithm>

#include "apps/kvcli/commands.h"

namespace kv::cli {
namespace {

constexpr std::string_view blanks = " \t";

// The words before the cursor, the last one (perhaps empty) the one to complete. Quotes matter to
// keys and values only, and those are not completed.
std::vector<std::string_view> typed_words(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    const std::size_t end = line.find_first_of(blanks);
    words.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return words;
    line.remove_prefix(end);
  }
}

std::vector<std::string_view> command_names() {
  std::vector<std::string_view> names;
  for (const Command& command : commands()) names.push_back(command.name);
  return names;
}

// "plain|json|csv" -> plain, json, csv; nothing for "N".
std::vector<std::string_view> alternatives(std::string_view argument) {
  std::vector<std::string_view> all;
  if (argument.find('|') == std::string_view::npos) return all;
  for (;;) {
    const std::size_t bar = argument.find('|');
    all.push_back(argument.substr(0, bar));
    if (bar == std::string_view::npos) return all;
    argument.remove_prefix(bar + 1);
  }
}

std::vector<std::string_view> candidates(std::span<const std::string_view> words,
                                         std::span<const std::string_view> snapshots) {
  if (words.size() == 1) return command_names();
  const Command* command = find_command(words[0]);
  if (command == nullptr) return {};
  const auto options = options_of(*command);
  const std::string_view previous = words[words.size() - 2];
  const auto option = std::ranges::find(options, previous, &Option::name);
  if (option != options.end() && !option->argument.empty()) return alternatives(option->argument);
  if (words.back().starts_with('-')) {
    std::vector<std::string_view> names;
    for (const Option& each : options) names.push_back(each.name);
    return names;
  }
  if (command->verb == Verb::help && words.size() == 2) return command_names();
  if (command->verb == Verb::snapshot && (previous == "use" || previous == "drop")) {
    return {snapshots.begin(), snapshots.end()};
  }
  if (words.size() == 2) return {command->completions.begin(), command->completions.end()};
  return {};
}

}  // namespace

std::vector<std::string> completions(std::string_view before_cursor,
                                     std::span<const std::string_view> snapshots) {
  const auto words = typed_words(before_cursor);
  std::vector<std::string> fitting;
  for (const std::string_view candidate : candidates(words, snapshots)) {
    if (candidate.starts_with(words.back())) fitting.emplace_back(candidate);
  }
  return fitting;
}

std::size_t word_start(std::string_view before_cursor) {
  return before_cursor.size() - typed_words(before_cursor).back().size();
}

bool completes_file(std::string_view before_cursor) {
  const auto words = typed_words(before_cursor);
  const Command* command = words.size() == 2 ? find_command(words[0]) : nullptr;
  return command != nullptr && !words.back().starts_with('-') &&
         (command->verb == Verb::import || command->verb == Verb::export_);
}

std::string common_prefix(std::span<const std::string> words) {
  std::string shared = words.front();
  for (const std::string& word : words) {
    const auto differ = std::ranges::mismatch(shared, word).in1;
    shared.erase(differ, shared.end());
  }
  return shared;
}

}  // namespace kv::cli
