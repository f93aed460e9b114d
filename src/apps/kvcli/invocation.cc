#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "apps/kvcli/commands.h"

namespace kv::cli {
namespace {

// How many letters must be put in, taken out, changed, or exchanged with their neighbour.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({changed, last[j] + 1, row[j - 1] + 1});
      const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row.back();
}

std::unexpected<Error> wrong(std::string message) {
  return failure(Code::invalid_argument, std::move(message));
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> known) {
  const std::string_view best = nearest(typed, known);
  return best.empty() ? "" : fmt::format(", did you mean {}?", best);
}

std::unexpected<Error> unknown_command(const std::string& typed) {
  std::vector<std::string_view> names;
  for (const Command& command : commands()) {
    names.push_back(command.name);
    if (!command.alias.empty()) names.push_back(command.alias);
  }
  return wrong(fmt::format("no command is called {}{} (help lists them)", abbreviated(typed),
                           did_you_mean(typed, names)));
}

std::unexpected<Error> unknown_option(const Command& command, const std::string& typed) {
  std::vector<std::string_view> names;
  for (const Option& option : options_of(command)) names.push_back(option.name);
  return wrong(fmt::format(
      "{}: no option is called {}{} (see: help {}; kvcli's own options stand before the "
      "command; a key that begins with -- stands behind a word --)",
      command.name, abbreviated(typed), did_you_mean(typed, names), command.name));
}

// Takes the option at words.front(), and its value where it has one, off the words.
Status take_option(Invocation& invocation, std::span<const Word>& words) {
  const Command& command = *invocation.command;
  const std::string& typed = words.front().bytes;
  const std::size_t equals = std::min(typed.find('='), typed.size());
  const std::string name = typed.substr(0, equals);
  const auto options = options_of(command);
  const auto found = std::ranges::find(options, name, &Option::name);
  if (found == options.end()) return unknown_option(command, name);
  words = words.subspan(1);

  std::string value;
  if (equals < typed.size()) {
    value = typed.substr(equals + 1);
    if (found->argument.empty()) {
      return wrong(fmt::format("{}: {} takes no value", command.name, name));
    }
  } else if (!found->argument.empty()) {
    if (words.empty()) {
      return wrong(
          fmt::format("{}: {} takes a value: {} {}", command.name, name, name, found->argument));
    }
    value = words.front().bytes;
    words = words.subspan(1);
  }
  if (!invocation.options.emplace(found->name, value).second) {
    return wrong(fmt::format("{}: {} is given twice", command.name, name));
  }
  return {};
}

}  // namespace

Result<Invocation> parse(std::span<const Word> words) {
  const Command* command = find_command(words.front().bytes);
  if (command == nullptr) return unknown_command(words.front().bytes);
  Invocation invocation{command, {}, {}};
  words = words.subspan(1);
  bool options_ended = false;
  while (!words.empty()) {
    const Word& word = words.front();
    if (!options_ended && !word.quoted && word.bytes.starts_with("--")) {
      options_ended = word.bytes == "--";
      if (options_ended) {
        words = words.subspan(1);
      } else if (Status taken = take_option(invocation, words); !taken) {
        return failure(std::move(taken));
      }
      continue;
    }
    invocation.arguments.push_back(word.bytes);
    words = words.subspan(1);
  }
  const std::size_t given = invocation.arguments.size();
  if (given < command->least || given > command->most) {
    const std::string_view hint =
        given > command->most && command->most > 0 ? "; quote a word that holds blanks" : "";
    return wrong(fmt::format("{}: {} {} given{}; it is used so: {}", command->name, given,
                             given == 1 ? "argument" : "arguments", hint, usage(*command)));
  }
  return invocation;
}

std::string_view nearest(std::string_view typed, std::span<const std::string_view> known) {
  std::string_view best;
  std::size_t fewest = 3;
  if (typed.size() > 40) return best;
  for (const std::string_view name : known) {
    // Two letters in common are no likeness: a short word allows for fewer differences.
    const std::size_t differing = distance(typed, name);
    if (differing < fewest && 2 * differing <= name.size()) {
      fewest = differing;
      best = name;
    }
  }
  return best;
}

}  // namespace kv::cli
