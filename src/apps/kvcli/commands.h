#pragma once

// The catalogue of commands: what each is called, takes and means. Parsing, help, completion and
// suggestions all read it, so that they agree.
//
// *Thread safety*: pure functions over constant tables. *Errors*: `invalid_argument`, with the
// remedy.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/kvcli/words.h"
#include "base/result.h"

namespace kv::cli {

enum class Verb : unsigned char {
  get,
  put,
  del,
  exists,
  scan,
  count,
  batch,
  require,
  require_absent,
  commit,
  abort,
  snapshot,
  import,
  export_,
  flush,
  compact,
  clear,
  stats,
  levels,
  trace,
  inspect,
  salvage,
  engines,
  help,
  version,
  quit,
};

struct Option {
  std::string_view name;      // "--limit"
  std::string_view argument;  // "N"; empty: the option takes none
  std::string_view help;
};

struct Command {
  Verb verb;
  std::string_view name;
  std::string_view alias;      // another name, or empty
  std::string_view arguments;  // "KEY VALUE", as help shows them
  std::size_t least;           // how many arguments it takes
  std::size_t most;
  std::string_view summary;                       // half a line
  std::string_view details;                       // lines
  std::span<const Option> options;                // its own; --output is everyone's
  std::span<const std::string_view> completions;  // what its first argument may be
};

// In the order in which help lists them.
std::span<const Command> commands();

// The command of that name or alias, or null.
const Command* find_command(std::string_view name);

// The command's own options, and --output.
std::vector<Option> options_of(const Command& command);

// Which keys a command is for, as a Range has it; they are its own.
struct Bounds {
  std::string start;
  std::string end;
};

// A command with what it is given.
struct Invocation {
  const Command* command;
  std::vector<std::string> arguments;
  std::map<std::string_view, std::string> options;  // by name; the value of a flag is empty

  bool has(std::string_view option) const { return options.contains(option); }

  // What the option is given; empty where it is not.
  std::string text(std::string_view option) const {
    const auto given = options.find(option);
    return given == options.end() ? std::string() : given->second;
  }

  // The whole number that the option is given, if it is. Errors: it is none, or less than `least`.
  Result<std::optional<std::uint64_t>> number(std::string_view option, std::uint64_t least) const;

  // What `[START [END]]` and --prefix say. Errors: both are given.
  Result<Bounds> bounds() const;
};

// Options may stand anywhere behind the command, as --limit 10 or --limit=10; a word `--` ends
// them.  Requires: words is not empty.
Result<Invocation> parse(std::span<const Word> words);

// "get KEY".
std::string usage(const Command& command);

std::string overview();                      // `help`
std::string manual(const Command& command);  // `help get`
std::string_view exit_codes();               // for --help
std::string_view text_rules();               // for --help: escapes, and what the formats look like

}  // namespace kv::cli
