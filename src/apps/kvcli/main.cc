// kvcli: talks to a kvdb store, from the command line, from a script or at a prompt.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <optional>

#include "apps/kvcli/interrupts.h"
#include "apps/kvcli/prompt.h"
#include "apps/kvcli/script.h"
#include "apps/kvcli/session.h"
#include "apps/kvcli/store_directory.h"
#include "apps/store_options.h"
#include "base/quote.h"
#include "base/todo.h"
#include "engines/table.h"
#include "persistence/database_directory.h"

namespace kv::cli {
namespace {

struct Arguments {
  std::string engine;  // empty: whose the directory is, or the first of all
  Options options;
  std::string output = "plain";
  std::optional<std::string> file;
  bool keep_going = false;
  std::vector<std::string> command;  // empty: the commands come from a file, a pipe or a person
};

constexpr std::string_view synopsis =
    "kvcli talks to a key-value store.\n\n"
    "  kvcli [options] COMMAND [arguments]   one command\n"
    "  kvcli [options] --file script.kv      the commands of a file, one a line\n"
    "  ... | kvcli [options]                 the commands of standard input\n"
    "  kvcli [options]                       a prompt, on a terminal\n\n"
    "Without --engine it is the one that --directory belongs to, or map. With a volatile engine\n"
    "(map, hash, memtable) the data lives as long as the run; with wal, sstable and lsm, in the\n"
    "directory. A store of sstable that is opened with --engine lsm becomes one of lsm.";

// The synopsis says it already.
class NoUsageLine final : public CLI::Formatter {
  std::string make_usage(const CLI::App*, std::string) const override { return {}; }
};

Exit complain(Exit exit, std::string_view complaint) {
  if (!complaint.empty()) say(stderr, fmt::format("kvcli: {}\n", complaint));
  return exit;
}

// Ends a run whose whole answer is this text.
Exit print(std::string_view text) {
  Output output(STDOUT_FILENO, "standard output");
  Status written = output.write(text);
  if (written) written = output.flush();
  if (written) return Exit::ok;
  const Outcome outcome = output_error(output, written.error());
  return complain(outcome.exit, outcome.complaint);
}

std::string footer() {
  return fmt::format("Commands:\n{}\n{}\n{}", overview(), text_rules(), exit_codes());
}

// The words of the command line; the shell has made them out of a line already. The words behind
// `batch` are lines by themselves, whose escapes are read when they are split.
Result<std::vector<Word>> words_of(const std::vector<std::string>& command) {
  std::vector<Word> words;
  const Command* known = find_command(command.front());
  const bool lines = known != nullptr && known->verb == Verb::batch;
  for (const std::string& argument : command) {
    Result<std::string> bytes = lines ? argument : unescape(argument);
    if (!bytes) {
      return failure(Code::invalid_argument,
                     fmt::format("{}: {}", printable(command.front()), bytes.error().message()));
    }
    words.push_back({*std::move(bytes), false});
  }
  return words;
}

Exit run_one(Session& session, Interrupts& interrupts, const std::vector<std::string>& command) {
  const auto words = words_of(command);
  if (!words) return complain(Exit::usage, words.error().message());
  const Interrupts::Running running(interrupts);
  const Outcome outcome = session.run(*words, running.token());
  if (session.open_batch()) {
    return complain(Exit::usage,
                    "batch: name its lines, for example: kvcli batch 'put a 1' 'del b'");
  }
  return complain(outcome.exit, outcome.complaint);
}

// The engine to open where none is named.
Result<std::string> engine_for(const std::string& directory) {
  if (directory.empty()) return std::string(engines().front().name);
  const FileSystem& files = FileSystem::posix();
  const Result<bool> there = files.exists(directory);
  if (!there) return failure(there.error());
  if (*there) {
    const Result<std::vector<std::string>> names = files.list(directory);
    if (!names || !names->empty()) return engine_of(files, directory);
  }
  return failure(Code::invalid_argument,
                 fmt::format("there is no store in {} yet; say which engine makes one, for example "
                             "--engine wal",
                             quote(directory)));
}

Result<std::unique_ptr<Store>> open_store(std::string& engine, const Options& options) {
  if (Status fit = check_store_directory(options.directory); !fit) return failure(std::move(fit));
  if (engine.empty()) {
    Result<std::string> found = engine_for(options.directory);
    if (!found) return failure(std::move(found));
    engine = *std::move(found);
  }
  return open_engine(engine, options);
}

Exit run(Arguments arguments) {
  const Result<Format> format = output_format(arguments.output);
  if (!format) return complain(Exit::usage, format.error().message());
  if (!arguments.command.empty() && arguments.file) {
    return complain(Exit::usage, fmt::format("give a command or --file, not both ({})",
                                             abbreviated(arguments.command.front())));
  }
  const bool one = !arguments.command.empty();
  const bool prompt =
      !one && !arguments.file && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  const std::string file = arguments.file.value_or("-");

  Interrupts interrupts(prompt);
  Output output(STDOUT_FILENO, "standard output");
  Session session({.open = [&] { return open_store(arguments.engine, arguments.options); },
                   .format = *format,
                   .talkative = prompt,
                   .progress = ::isatty(STDERR_FILENO) == 1,
                   .reads_commands = !one && (prompt || file == "-")},
                  output);
  const bool unknown = !arguments.engine.empty() && find_engine(arguments.engine) == nullptr;
  if (unknown || !one) {
    // A wrong engine is a wrong engine whatever the command; and no script should fail at line 7.
    const Outcome opened = session.open();
    if (opened.failed()) return complain(opened.exit, opened.complaint);
  }
  if (one) return run_one(session, interrupts, arguments.command);
  if (prompt) return run_prompt(session, interrupts, arguments.engine);
  Result<LineSource> source = LineSource::open(file);
  if (!source) return complain(Exit::io, source.error().message());
  return run_script(session, *source, interrupts, arguments.keep_going);
}

// A program that was started without one of the standard files would write its answers into the
// next file that it opens.
void hold_standard_files() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // The wrong way round, so that using it is an error, as it would be with the file closed.
    const int flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::fcntl(fd, F_GETFD) < 0) static_cast<void>(::open("/dev/null", flags));
  }
}

int main_of(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{std::string(synopsis)};
  app.formatter(std::make_shared<NoUsageLine>());
  app.prefix_command();
  app.footer(footer());
  app.set_version_flag("--version", "kvcli " KVCLI_VERSION);
  app.add_option("--engine", arguments.engine, "Which engine keeps the data (see: kvcli engines)")
      ->type_name("NAME");
  app.add_option("--directory", arguments.options.directory,
                 "Where a persistent engine keeps it; made where missing")
      ->type_name("DIR")
      ->check([](const std::string& directory) {
        return directory.empty() ? "name a directory" : std::string();
      });
  add_store_options(app, arguments.options);
  app.add_option("--output", arguments.output, "plain, json or csv")->type_name("FORM");
  app.add_option("--file", arguments.file, "Run the commands of this file; - is standard input")
      ->type_name("FILE");
  app.add_flag("--keep-going", arguments.keep_going, "Go on after a command of a script failed");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return static_cast<int>(print(app.help()));
  } catch (const CLI::CallForVersion& version) {
    return static_cast<int>(print(version.what() + std::string("\n")));
  } catch (const CLI::ParseError& error) {
    return static_cast<int>(
        complain(Exit::usage, fmt::format("{} (see: kvcli --help)", printable(error.what()))));
  }
  arguments.command = app.remaining();
  if (!arguments.command.empty() && arguments.command.front().starts_with('-')) {
    return static_cast<int>(
        complain(Exit::usage, fmt::format("no option is called {} (see: kvcli --help)",
                                          abbreviated(arguments.command.front()))));
  }
  return static_cast<int>(run(std::move(arguments)));
}

}  // namespace
}  // namespace kv::cli

int main(int argc, char** argv) {
  using kv::cli::Exit;
  kv::cli::hold_standard_files();
  // A write then fails with EPIPE or EFBIG, and we end in order.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return kv::cli::main_of(argc, argv);
  } catch (const kv::Todo& todo) {
    return static_cast<int>(kv::cli::complain(Exit::todo, todo.what()));
  } catch (const std::exception& error) {
    return static_cast<int>(kv::cli::complain(Exit::store, error.what()));
  }
}
