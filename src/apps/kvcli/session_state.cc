// What a Session keeps between commands, the open batch and the snapshots; and its way from and to
// files.

#include <fmt/format.h>
#include <unistd.h>

#include "apps/kvcli/session.h"
#include "apps/kvcli/transfer.h"
#include "apps/kvcli/words.h"

namespace kv::cli {
namespace {

constexpr std::string_view snapshot_columns[] = {"snapshot", "used"};

// Adds what one line of a batch says. Requires: as many arguments as the command takes.
bool add(Batch& batch, Verb verb, const std::vector<std::string>& arguments) {
  switch (verb) {
    case Verb::put: batch.put(arguments[0], arguments[1]); return true;
    case Verb::del: batch.erase(arguments[0]); return true;
    case Verb::require: batch.require(arguments[0], arguments[1]); return true;
    case Verb::require_absent: batch.require(arguments[0], absent); return true;
    default: return false;
  }
}

Status add_line(Batch& batch, std::string_view line) {
  const auto words = split(line);
  if (!words) return failure(words.error());
  if (words->empty()) return {};
  const auto invocation = parse(*words);
  if (!invocation) return failure(invocation.error());
  if (add(batch, invocation->command->verb, invocation->arguments)) return {};
  return failure(Code::invalid_argument,
                 fmt::format("{} is not for a batch; that takes put, del, require, require-absent",
                             invocation->command->name));
}

Result<FileFormat> format_of(const Invocation& invocation, const std::string& path) {
  const auto named = invocation.options.find("--format");
  if (named != invocation.options.end()) return file_format(named->second);
  if (path != "-") return file_format_of(path);
  return failure(Code::invalid_argument, "with -, say --format json or --format csv");
}

}  // namespace

Outcome Session::write(Verb verb, const Arguments& arguments) {
  if (batch_) {
    add(*batch_, verb, arguments);
    return {};
  }
  if (verb == Verb::put) return answered(store_->put(arguments[0], arguments[1], context_));
  if (verb == Verb::del) return answered(store_->erase(arguments[0], context_));
  return usage_error("no batch is open; begin one with batch");
}

Outcome Session::batch(const Arguments& arguments) {
  if (batch_) return usage_error("a batch is open already; commit or abort it first");
  if (arguments.empty() || (arguments.size() == 1 && arguments[0] == "begin")) {
    batch_.emplace();
    batch_spoiled_ = false;
    return {};
  }
  Batch whole;
  for (const std::string& line : arguments) {
    if (const Status added = add_line(whole, line); !added) {
      return usage_error(added.error().message());
    }
  }
  return answered(store_->apply(whole, context_));
}

Outcome Session::commit() {
  if (!batch_) return usage_error("no batch is open; begin one with batch");
  // Whatever comes of it, the batch is over: after a conflict it must be made anew from what is
  // read.
  const Batch whole = *std::exchange(batch_, std::nullopt);
  if (batch_spoiled_) return usage_error("a line of the batch was wrong; nothing was done");
  return answered(store_->apply(whole, context_));
}

Outcome Session::abort() {
  if (!batch_) return usage_error("no batch is open");
  batch_.reset();
  return done();
}

Outcome Session::snapshot(const Arguments& arguments) {
  const std::string& what = arguments[0];
  const bool named = what == "take" || what == "use" || what == "drop";
  if (named != (arguments.size() == 2) || (!named && what != "list" && what != "leave")) {
    return usage_error("it is used so: snapshot take|use|drop NAME, snapshot list|leave");
  }
  if (what == "list") return list_snapshots();
  if (what == "leave") {
    if (used_.empty()) return usage_error("no snapshot is in use");
    used_.clear();
    return done();
  }
  const std::string& name = arguments[1];
  const auto found = snapshots_.find(name);
  if (what == "take") {
    if (name.empty()) return usage_error("give it a name");
    if (found != snapshots_.end()) {
      return usage_error(fmt::format("{} is taken; drop it first", abbreviated(name)));
    }
    auto taken = store_->snapshot(context_);
    if (!taken) return store_error(taken.error());
    snapshots_.emplace(name, *std::move(taken));
    return done();
  }
  if (found == snapshots_.end()) {
    return usage_error(fmt::format("no snapshot is called {} (snapshot list)", abbreviated(name)));
  }
  if (what == "use") {
    used_ = name;
    return done();
  }
  if (used_ == name) return usage_error("it is in use; snapshot leave first");
  snapshots_.erase(found);
  return done();
}

Outcome Session::list_snapshots() {
  const Columns columns{snapshot_columns};
  Outcome outcome = print(heading_text(format_, columns));
  for (const auto& [name, taken] : snapshots_) {
    if (outcome.failed()) break;
    const Cell cells[] = {std::string_view(name), name == used_};
    outcome = format_ == Format::plain
                  ? print(fmt::format("{}{}\n", name == used_ ? "* " : "  ", escape(name)))
                  : print(row_text(format_, columns, cells));
  }
  return outcome;
}

std::vector<std::string_view> Session::snapshot_names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, taken] : snapshots_) names.push_back(name);
  return names;
}

Outcome Session::import(const Invocation& invocation) {
  const std::string& path = invocation.arguments[0];
  if (path == "-" && settings_.reads_commands) {
    return usage_error("standard input holds the commands; name a file");
  }
  const Result<FileFormat> format = format_of(invocation, path);
  if (!format) return usage_error(format.error().message());
  Result<LineSource> source = LineSource::open(path, stop_);
  if (!source) return io_error(source.error().message());
  std::uint64_t imported = 0;
  Outcome outcome =
      import_records(*store_, *source, *format, context_, settings_.progress, imported);
  return outcome.failed() ? outcome : transferred("imported", imported);
}

// How many entries; in plain output as a sentence.
Outcome Session::transferred(std::string_view what, std::uint64_t entries) {
  if (format_ != Format::plain) return number(what, entries);
  return print(fmt::format("{} {}\n", what, entries_text(entries)));
}

Outcome Session::export_to(const Invocation& invocation) {
  const std::string& path = invocation.arguments[0];
  const Result<FileFormat> format = format_of(invocation, path);
  if (!format) return usage_error(format.error().message());
  const std::string prefix = invocation.text("--prefix");
  const std::string behind = prefix_end(prefix);
  const Range range{.start = prefix, .end = behind};
  std::uint64_t exported = 0;
  if (path == "-") return export_records(reader(), range, *format, context_, output_, exported);

  Result<NewFile> file = NewFile::create(path, invocation.has("--force"));
  if (!file) return io_error(file.error().message());
  Output output(file->fd(), path);
  Outcome outcome = export_records(reader(), range, *format, context_, output, exported);
  if (outcome.failed()) return outcome;
  if (const Status committed = file->commit(); !committed) {
    return io_error(committed.error().message());
  }
  return transferred("exported", exported);
}

}  // namespace kv::cli
