#include "apps/kvcli/commands.h"

#include <fmt/format.h>

namespace kv::cli {
namespace {

constexpr std::size_t any_number = 1'000'000;

constexpr Option scan_options[] = {
    {"--prefix", "P", "only keys that begin with P"},
    {"--reverse", "", "from the largest key down to the smallest"},
    {"--limit", "N", "at most N entries"},
    {"--keys", "", "keys alone"},
};
constexpr Option prefix_option[] = {{"--prefix", "P", "only keys that begin with P"}};
constexpr Option import_options[] = {
    {"--format", "json|csv", "instead of what the file's name tells"},
};
constexpr Option export_options[] = {
    {"--format", "json|csv", "instead of what the file's name tells"},
    {"--prefix", "P", "only keys that begin with P"},
    {"--force", "", "replace a file that exists"},
};
constexpr Option inspect_options[] = {
    {"--offset", "N", "only records and blocks that begin at N or behind"},
    {"--limit", "N", "at most N of each file; all are read and judged"},
    {"--changes", "N", "at most N changes of each record or entries of each block, in place of 5"},
};
constexpr Option output_option = {"--output", "plain|json|csv", "the form of this answer"};
constexpr std::string_view snapshot_words[] = {"take", "list", "use", "leave", "drop"};
constexpr std::string_view batch_words[] = {"begin"};

constexpr Command table[] = {
    {Verb::get,
     "get",
     "",
     "KEY",
     1,
     1,
     "print the key's value",
     "Ends with code 1 where the key has none.\n",
     {},
     {}},
    {Verb::put,
     "put",
     "",
     "KEY VALUE",
     2,
     2,
     "give the key this value",
     "Whether or not it had one.\n",
     {},
     {}},
    {Verb::del,
     "del",
     "erase",
     "KEY",
     1,
     1,
     "take the key's value away",
     "Ok as well where it had none.\n",
     {},
     {}},
    {Verb::exists,
     "exists",
     "",
     "KEY",
     1,
     1,
     "say whether the key has a value",
     "Prints true or false; false ends with code 1, but does not stop a script.\n",
     {},
     {}},
    {Verb::scan,
     "scan",
     "",
     "[START [END]]",
     0,
     2,
     "print entries in the order of their keys",
     "From START on, up to END and without it; an empty word \"\" is no bound. Ctrl-C stops it.\n"
     "Plain output is KEY, a tab, VALUE.\n",
     scan_options,
     {}},
    {Verb::count, "count", "", "", 0, 0, "print how many keys have a value", "", prefix_option, {}},
    {Verb::batch,
     "batch",
     "",
     "[LINE...]",
     0,
     any_number,
     "several changes, all of them or none",
     "Alone, it opens a batch: put, del, require and require-absent then join it instead of being\n"
     "done at once; commit does them all, abort none. Or in one command, each change a word:\n"
     "  batch \"require stock 7\" \"put stock 6\" \"require-absent order/1\" \"put order/1 paid\"\n"
     "Where a requirement does not hold, nothing is done and the code is 3.\n",
     {},
     batch_words},
    {Verb::require,
     "require",
     "",
     "KEY VALUE",
     2,
     2,
     "in a batch: only if the key has just this value",
     "",
     {},
     {}},
    {Verb::require_absent,
     "require-absent",
     "",
     "KEY",
     1,
     1,
     "in a batch: only if the key has no value",
     "",
     {},
     {}},
    {Verb::commit, "commit", "", "", 0, 0, "do the open batch, all of it or nothing", "", {}, {}},
    {Verb::abort, "abort", "", "", 0, 0, "forget the open batch", "", {}, {}},
    {Verb::snapshot,
     "snapshot",
     "",
     "take|use|drop NAME | list | leave",
     1,
     2,
     "keep the content as it is now, to read later",
     "take NAME  keeps the content of this moment under a name\n"
     "use NAME   get, exists, scan, count and export then read it; writes go to the store\n"
     "leave      read the store again\n"
     "list       the names, the one in use marked\n"
     "drop NAME  lets it go\n",
     {},
     snapshot_words},
    {Verb::import,
     "import",
     "",
     "FILE",
     1,
     1,
     "put every entry of a file",
     "FILE is - for standard input. The first wrong line stops it: what stood before it is in.\n"
     "json: one object a line, {\"key\": …, \"value\": …}\n"
     "csv:  RFC 4180, two fields, in which \\\\, \\xNN and the like are escapes; a first line\n"
     "      \"key,value\" is a heading\n",
     import_options,
     {}},
    {Verb::export_,
     "export",
     "",
     "FILE",
     1,
     1,
     "write the entries to a file",
     "FILE is - for standard output. The file appears when it is complete; one that exists "
     "stays.\n",
     export_options,
     {}},
    {Verb::flush,
     "flush",
     "",
     "",
     0,
     0,
     "make all writes survive the loss of power",
     "A volatile engine has no disk: there it promises nothing.\n",
     {},
     {}},
    {Verb::compact,
     "compact",
     "",
     "[START [END]]",
     0,
     2,
     "put the store's data into its smallest form",
     "Engine lsm writes out what is in memory, merges the tables that hold keys from START\n"
     "on, up to END and without it, into one level, writes all of them anew, and drops what\n"
     "nobody sees any more: old versions, erased keys. What is written meanwhile waits for\n"
     "the next time.\n"
     "Engine sstable writes out the memtables that wait for it. The one that takes writes\n"
     "belongs to the log in use, and stays in memory until that is full (--write-buffer): a\n"
     "store with few entries has no tables, also after compact.\n",
     prefix_option,
     {}},
    {Verb::clear,
     "clear",
     "",
     "",
     0,
     0,
     "take every key's value away",
     "In one write: all of them or none. Snapshots keep what they hold.\n",
     {},
     {}},
    {Verb::stats,
     "stats",
     "",
     "",
     0,
     0,
     "print what the store counts of itself",
     "A name and a number a line. The unit is part of the name. What there is (tables,\n"
     "table_bytes, ...) is of now; what happened is of this run. Of engine lsm:\n"
     "  write_amplification       bytes written to tables for each byte written out\n"
     "  space_amplification       bytes of all tables for each byte of the last level\n"
     "  writes_slowed_by_level0   writes that had to pause: 8 tables or more in level 0\n"
     "  writes_stopped_by_level0  writes that had to wait: 12 or more; writes_stopped_us is how\n"
     "                            long, altogether\n",
     {},
     {}},
    {Verb::levels,
     "levels",
     "",
     "",
     0,
     0,
     "draw the levels of tables, the newest first",
     "Level 0 has a box for each table, the others a bar, as long as they have bytes. Where\n"
     "there are none, all is in memory and in the log: see help compact.\n",
     {},
     {}},
    {Verb::trace,
     "trace",
     "",
     "KEY",
     1,
     1,
     "tell the way of one get, step by step",
     "Which memtables and tables were asked, and what each said. Where a file is damaged, the way\n"
     "up to there, and the error.\n",
     {},
     {}},
    {Verb::inspect,
     "inspect",
     "",
     "FILE...|DIRECTORY",
     1,
     any_number,
     "what stands in a store's logs, tables, checkpoint and manifest",
     "Of a directory, in the order in which they are recovered, and what opening it would say.\n"
     "Lines that begin with !! are damage; then the code is 1. It changes nothing and takes no\n"
     "lock: a store may be open meanwhile, and its last record be seen half-written.\n",
     inspect_options,
     {}},
    {Verb::salvage,
     "salvage",
     "",
     "DIRECTORY",
     1,
     1,
     "make a damaged store open again",
     "For a store of engine wal, sstable or lsm that is damaged, while nobody has it open:\n"
     "  kvcli salvage store\n"
     "Saves every record and every block that is intact, also behind damage. Of engine wal it\n"
     "makes a new checkpoint, in the place of all logs; of sstable and lsm new tables, in the\n"
     "place of those that are damaged or missing; of lsm, where the manifest is lost, new tables\n"
     "and a new manifest of all that are there: then a key that was erased may have come back.\n"
     "Where the newest version of a key is lost, an older one stands\n"
     "in its place. Each damaged file is kept first, byte for byte, as *.damaged beside it: there\n"
     "must be room for that, and kvcli inspect shows what stands in it.\n"
     "  torn: a tail that a crash left, no damage   lost: damaged bytes, and writes that are gone\n"
     "  kept: the copy of a damaged file            saved: how much the store holds now\n"
     "  note: what was left out, and what is not certain\n"
     "The code is 1 where anything was damaged. A store that is whole is left as it is, with code "
     "0.\n"
     "Once it opens and you have what you need, the copies may be removed.\n",
     {},
     {}},
    {Verb::engines, "engines", "", "", 0, 0, "list the engines", "", {}, {}},
    {Verb::help, "help", "", "[COMMAND]", 0, 1, "this list, or more about a command", "", {}, {}},
    {Verb::version, "version", "", "", 0, 0, "print the version", "", {}, {}},
    {Verb::quit, "quit", "exit", "", 0, 0, "leave (also Ctrl-D)", "", {}, {}},
};

}  // namespace

std::span<const Command> commands() { return table; }

const Command* find_command(std::string_view name) {
  for (const Command& command : table) {
    if (!name.empty() && (command.name == name || command.alias == name)) return &command;
  }
  return nullptr;
}

std::string usage(const Command& command) {
  std::string text(command.name);
  if (!command.arguments.empty()) text.append(" ").append(command.arguments);
  return text;
}

std::vector<Option> options_of(const Command& command) {
  std::vector<Option> all(command.options.begin(), command.options.end());
  all.push_back(output_option);
  return all;
}

std::string overview() {
  std::string text;
  for (const Command& command : table) {
    text += fmt::format("  {:<42} {}\n", usage(command), command.summary);
  }
  return text + "\nhelp COMMAND tells more, and so does COMMAND --help.\n";
}

std::string manual(const Command& command) {
  std::string text = fmt::format("{}: {}\n", usage(command), command.summary);
  if (!command.alias.empty()) text += fmt::format("Also called {}.\n", command.alias);
  text += command.details;
  // These two print nothing but plain text.
  const bool plain = command.verb == Verb::inspect || command.verb == Verb::salvage;
  for (const Option& option :
       plain ? std::vector<Option>(command.options.begin(), command.options.end())
             : options_of(command)) {
    text += fmt::format("  {:<24} {}\n", fmt::format("{} {}", option.name, option.argument),
                        option.help);
  }
  return text;
}

std::string_view exit_codes() {
  return "Exit codes:\n"
         "  0 ok   2 wrong usage   3 conflict\n"
         "  1 no: the key has no value (get, exists), the files are damaged (inspect, salvage)\n"
         "  4 the store failed   5 a file or standard input or output failed\n"
         "  6 a part of the lab that is not written yet   130 interrupted by Ctrl-C\n"
         "A script ends at its first failure, with that code (see --keep-going).\n";
}

std::string_view text_rules() {
  return "Words and bytes:\n"
         "  A word with blanks stands in quotes: put k \"two words\". In words, quoted or not,\n"
         "  \\xNN is any byte, \\\\ a backslash, \\\" a quote, \\n \\t \\r \\s a line feed, tab,\n"
         "  carriage return, space. # begins a comment in a script.\n"
         "Output (--output, of one command or of all):\n"
         "  plain  unprintable bytes as \\xNN, a backslash as \\\\; a tab between columns\n"
         "  json   an object a line; bytes that are UTF-8 are a string, others {\"base64\": "
         "\"…\"}\n"
         "  csv    RFC 4180, with a heading; the escapes of plain inside the fields\n";
}

}  // namespace kv::cli
