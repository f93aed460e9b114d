#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "apps/kvcli/commands.h"
#include "base/nearest.h"
#include "kv/range.h"

namespace kv::cli {
namespace {

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

Result<std::optional<std::uint64_t>> Invocation::number(std::string_view option,
                                                        std::uint64_t least) const {
  const auto given = options.find(option);
  if (given == options.end()) return std::optional<std::uint64_t>();
  const std::string& text = given->second;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= least) {
    return std::optional(number);
  }
  return wrong(
      fmt::format("{} takes a whole number from {} on, not {}", option, least, abbreviated(text)));
}

Result<Bounds> Invocation::bounds() const {
  if (has("--prefix")) {
    if (!arguments.empty()) return wrong("give either START and END, or --prefix");
    const std::string prefix = text("--prefix");
    return Bounds{prefix, prefix_end(prefix)};
  }
  return Bounds{arguments.empty() ? "" : arguments[0], arguments.size() < 2 ? "" : arguments[1]};
}

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
      if (word.bytes == "--help") {
        return Invocation{find_command("help"), {std::string(command->name)}, {}};
      }
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

}  // namespace kv::cli
