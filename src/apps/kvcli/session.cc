#include "apps/kvcli/session.h"

#include <fmt/format.h>

#include <exception>

#include "apps/kvcli/inspect.h"
#include "apps/kvcli/transfer.h"
#include "apps/kvcli/words.h"
#include "base/todo.h"
#include "engines/table.h"

namespace kv::cli {
namespace {

constexpr std::string_view key_value[] = {"key", "value"};
constexpr std::string_view key_alone[] = {"key"};
constexpr std::string_view key_exists[] = {"key", "exists"};
constexpr std::string_view engine_columns[] = {"name", "persistent", "summary"};

// A walk over entries that an error cut short.
Outcome stopped_after(std::uint64_t entries, const Error& error) {
  Outcome outcome = store_error(error);
  outcome.progress = fmt::format("after {}", entries_text(entries));
  return outcome;
}

}  // namespace

Session::Session(Settings settings, Output& output)
    : settings_(std::move(settings)), output_(output) {}

Outcome Session::open() {
  if (store_) return {};
  auto opened = settings_.open();
  if (!opened) {
    return store_error(opened.error());
  }
  store_ = *std::move(opened);
  return {};
}

Outcome Session::run_line(std::string_view line, std::stop_token stop) {
  const auto words = split(line);
  if (!words) return usage_error(words.error().message());
  return words->empty() ? Outcome() : run(*words, std::move(stop));
}

Outcome Session::run(std::span<const Word> words, std::stop_token stop) {
  const auto invocation = parse(words);
  if (!invocation) return usage_error(invocation.error().message());
  stop_ = std::move(stop);
  context_ = Context().with_cancellation(stop_);
  Outcome outcome;
  try {
    outcome = execute(*invocation);
  } catch (const Todo& todo) {
    outcome = {Exit::todo, todo.what(), false};
  } catch (const std::bad_alloc&) {
    outcome = {Exit::store, "the memory is used up", false};
  }
  if (const Status flushed = output_.flush(); !flushed && !outcome.failed()) {
    outcome = output_error(output_, flushed.error());
  }
  if (!outcome.complaint.empty()) {
    outcome.complaint =
        fmt::format("{}{}{}: {}", invocation->command->name, outcome.progress.empty() ? "" : ", ",
                    outcome.progress, outcome.complaint);
  }
  return outcome;
}

Outcome Session::execute(const Invocation& invocation) {
  format_ = settings_.format;
  if (const auto found = invocation.options.find("--output"); found != invocation.options.end()) {
    const Result<Format> format = output_format(found->second);
    if (!format) return usage_error(format.error().message());
    format_ = *format;
  }
  switch (invocation.command->verb) {
    case Verb::engines: return engines();
    case Verb::help: return help(invocation.arguments);
    case Verb::version: return print("kvcli " KVCLI_VERSION "\n");
    case Verb::quit: finished_ = true; return {};
    case Verb::inspect:
    case Verb::salvage: return files(invocation);
    default: break;
  }
  if (Outcome opened = open(); opened.failed()) return opened;
  return execute_on_store(invocation);
}

Outcome Session::execute_on_store(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  switch (const Verb verb = invocation.command->verb; verb) {
    case Verb::get: return get(arguments);
    case Verb::exists: return exists(arguments);
    case Verb::scan: return scan(invocation);
    case Verb::count: return count(invocation);
    case Verb::put:
    case Verb::del:
    case Verb::require:
    case Verb::require_absent: return write(verb, arguments);
    case Verb::batch: return batch(arguments);
    case Verb::commit: return commit();
    case Verb::abort: return abort();
    case Verb::snapshot: return snapshot(arguments);
    case Verb::import: return import(invocation);
    case Verb::export_: return export_to(invocation);
    case Verb::flush: return answered(store_->flush(context_));
    case Verb::compact:
    case Verb::clear:
    case Verb::stats:
    case Verb::levels:
    case Verb::trace: return maintain(invocation);
    case Verb::engines:
    case Verb::help:
    case Verb::version:
    case Verb::inspect:
    case Verb::salvage:
    case Verb::quit: break;  // execute() has done them
  }
  return {};
}

// Commands on files, which need no store.
Outcome Session::files(const Invocation& invocation) {
  if (format_ != Format::plain)
    return usage_error("inspect and salvage print plain text; leave out --output");
  return invocation.command->verb == Verb::inspect ? inspect(invocation, output_, stop_)
                                                   : salvage(invocation, output_);
}

Outcome Session::get(const Arguments& arguments) {
  const std::string& key = arguments[0];
  const Result<std::string> value = reader().get(key, context_);
  if (failed_with(Code::not_found, value)) {
    return {Exit::no, fmt::format("no key {}", abbreviated(key)), false};
  }
  if (!value) return store_error(value.error());
  const Cell cells[] = {std::string_view(key), std::string_view(*value)};
  return row({key_value, 1}, cells);
}

Outcome Session::exists(const Arguments& arguments) {
  const Result<bool> found = reader().contains(arguments[0], context_);
  if (!found) return store_error(found.error());
  const Cell cells[] = {std::string_view(arguments[0]), *found};
  Outcome outcome = row({key_exists, 1}, cells);
  if (!outcome.failed() && !*found) outcome.exit = Exit::no;
  return outcome;
}

Outcome Session::scan(const Invocation& invocation) {
  const Result<Bounds> bounds = invocation.bounds();
  if (!bounds) return usage_error(bounds.error().message());
  Range range{.start = bounds->start, .end = bounds->end, .reverse = invocation.has("--reverse")};
  if (invocation.has("--limit")) {
    const auto limit = invocation.number("--limit", 1);
    if (!limit) return usage_error(limit.error().message());
    range.limit = **limit;
  }

  auto entries = reader().scan(range, context_);
  if (!entries) return store_error(entries.error());
  const bool keys_alone = invocation.has("--keys");
  const Columns columns = keys_alone ? Columns{key_alone} : Columns{key_value};
  std::uint64_t printed = 0;
  Outcome outcome = print(heading_text(format_, columns));
  for (; !outcome.failed() && (*entries)->next(); ++printed) {
    const Cell cells[] = {(*entries)->key(), (*entries)->value()};
    const auto shown = std::span(cells).first(keys_alone ? 1 : 2);
    outcome = print(row_text(format_, columns, shown));
  }
  const Status end = (*entries)->status();
  if (outcome.failed() || end) return outcome;
  return stopped_after(printed, end.error());
}

Outcome Session::count(const Invocation& invocation) {
  const Result<Bounds> bounds = invocation.bounds();
  if (!bounds) return usage_error(bounds.error().message());
  auto entries = reader().scan({.start = bounds->start, .end = bounds->end}, context_);
  if (!entries) return store_error(entries.error());
  std::uint64_t count = 0;
  while ((*entries)->next()) ++count;
  if (const Status end = (*entries)->status(); !end) return store_error(end.error());
  return number("count", count);
}

Outcome Session::engines() {
  const Columns columns{engine_columns};
  Outcome outcome = print(heading_text(format_, columns));
  for (const Engine& engine : kv::engines()) {
    if (outcome.failed()) break;
    const Cell cells[] = {engine.name, engine.persistent, engine.summary};
    // In plain output a yes or no needs a word to be understood.
    outcome =
        format_ == Format::plain
            ? print(fmt::format("{:<12} {:<12} {}\n", engine.name,
                                engine.persistent ? "persistent" : "volatile", engine.summary))
            : print(row_text(format_, columns, cells));
  }
  return outcome;
}

Outcome Session::help(const Arguments& arguments) {
  if (arguments.empty()) return print(overview());
  const Command* command = find_command(arguments[0]);
  if (command != nullptr) return print(manual(*command));
  const Word asked{arguments[0], false};
  return usage_error(parse(std::span(&asked, 1)).error().message());
}

// Where reads go.
Reader& Session::reader() {
  if (used_.empty()) return *store_;
  return *snapshots_.find(used_)->second;
}

Outcome Session::print(std::string_view text) {
  const Status status = output_.write(text);
  return status ? Outcome() : output_error(output_, status.error());
}

Outcome Session::row(const Columns& columns, std::span<const Cell> cells) {
  return print(heading_text(format_, columns) + row_text(format_, columns, cells));
}

Outcome Session::number(std::string_view what, std::uint64_t value) {
  const std::string_view names[] = {what};
  const Cell cells[] = {value};
  return row({names}, cells);
}

Outcome Session::done() { return settings_.talkative ? print("ok\n") : Outcome(); }

// The outcome that the store's answer to a write stands for.
Outcome Session::answered(const Status& status) {
  return status ? done() : store_error(status.error());
}

}  // namespace kv::cli
