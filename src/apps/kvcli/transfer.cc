#include "apps/kvcli/transfer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "apps/kvcli/words.h"
#include "base/clock.h"

namespace kv::cli {
namespace {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

// One line on standard error that is drawn over and over, and gone at the end.
class ProgressLine {
 public:
  ProgressLine(const LineSource& source, bool wanted) : source_(source) {
    constexpr std::uint64_t long_bytes = 1 << 20;
    shown_ = wanted && source.size_bytes() > long_bytes;
    if (shown_) draw(0);
  }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() {
    if (shown_) say(stderr, "\r\x1b[K");
  }

  void advance(std::uint64_t entries) {
    constexpr auto pause = std::chrono::milliseconds(100);
    if (!shown_ || Clock::real().now() - drawn_ < pause) return;
    draw(entries);
  }

 private:
  void draw(std::uint64_t entries) {
    drawn_ = Clock::real().now();
    say(stderr, fmt::format("\rimporting {} {}",
                            progress_bar(source_.bytes_read(), source_.size_bytes(), 30),
                            entries_text(entries)));
  }

  const LineSource& source_;
  bool shown_;
  Clock::Time drawn_{};
};

// What is read but not yet in the store.
class Pending {
 public:
  void put(const Record& record, std::uint64_t line) {
    batch_.put(record.key, record.value);
    lines_.push_back(line);
  }
  bool full() const {
    return batch_.change_count() >= 1000 || batch_.bytes() >= std::size_t{1} << 20;
  }
  Status apply(Store& store, const Context& context, std::string_view file,
               std::uint64_t& imported) {
    Status applied = store.apply(batch_, context);
    if (failed_with(Code::invalid_argument, applied)) {
      applied = put_singly(store, context, file, imported);
    } else if (applied) {
      imported += batch_.change_count();
    }
    if (!applied) return applied;
    batch_.clear();
    lines_.clear();
    return {};
  }

 private:
  // A record is over a limit, so nothing of the batch was done. Puts what stands before it, and
  // tells its line.
  Status put_singly(Store& store, const Context& context, std::string_view file,
                    std::uint64_t& imported) const {
    auto line = lines_.begin();
    for (const Batch::Operation& change : batch_.changes()) {
      if (Status put = store.put(change.key, change.value, context); !put) {
        return failure(put.error().code(),
                       fmt::format("{}:{}: {}", file, *line, put.error().message()));
      }
      ++imported;
      ++line;
    }
    return {};
  }

  Batch batch_;
  std::vector<std::uint64_t> lines_;  // of each record
};

}  // namespace

Result<bool> RecordReader::next(Record& record) {
  for (;;) {
    Result<bool> got = next_text();
    if (!got || !*got) return got;
    if (is_blank(text_)) continue;
    if (format_ == FileFormat::json) {
      Result<Record> parsed = parse_json(text_);
      if (!parsed) return failure(std::move(parsed));
      record = *std::move(parsed);
      return true;
    }
    const auto fields = parse_csv_fields(text_);
    if (!fields) return failure(Code::invalid_argument, fields.error().message());
    if (line_ == 1 && *fields == std::vector<std::string>{"key", "value"}) continue;
    Result<Record> parsed = csv_record(*fields);
    if (!parsed) return failure(std::move(parsed));
    record = *std::move(parsed);
    return true;
  }
}

// The text of one record: a line, or, in CSV, as many as it takes to close the quotes.
Result<bool> RecordReader::next_text() {
  Result<bool> got = source_.next(text_);
  line_ = source_.number();
  if (!got || !*got || format_ == FileFormat::json) return got;
  const auto odd_quotes = [](std::string_view text) {
    return std::ranges::count(text, '"') % 2 == 1;
  };
  std::string more;
  for (bool open = odd_quotes(text_); open; open ^= odd_quotes(more)) {
    got = source_.next(more);
    if (!got) return got;
    if (!*got) break;  // the parser finds what is missing
    text_.append("\n").append(more);
    if (text_.size() > max_line_bytes) {
      return failure(Code::invalid_argument, "the quote is never closed");
    }
  }
  return true;
}

Outcome import_records(Store& store, LineSource& source, FileFormat format, const Context& context,
                       bool progress, std::uint64_t& imported) {
  ProgressLine line(source, progress);
  RecordReader reader(source, format);
  Record record;
  Pending pending;
  // What is in stays in, so every failure says how much that is.
  const auto stopped = [&](Outcome outcome) {
    outcome.complaint += fmt::format("; imported before it: {}", entries_text(imported));
    return outcome;
  };
  for (;;) {
    Result<bool> got = reader.next(record);
    if (got && *got) pending.put(record, reader.line());
    if (!got || !*got || pending.full()) {
      if (Status applied = pending.apply(store, context, source.name(), imported); !applied) {
        return stopped(store_error(applied.error()));
      }
      line.advance(imported);
    }
    if (failed_with(Code::cancelled, got)) return stopped(store_error(got.error()));
    if (failed_with(Code::io_error, got)) return stopped(io_error(got.error().message()));
    if (!got) {
      return stopped(io_error(fmt::format("{}:{}: {}", printable(source.name()), reader.line(),
                                          got.error().message())));
    }
    if (!*got) return {};
  }
}

Outcome export_records(Reader& reader, const Range& range, FileFormat format,
                       const Context& context, Output& output, std::uint64_t& exported) {
  auto entries = reader.scan(range, context);
  if (!entries) return store_error(entries.error());
  Status written = output.write(format == FileFormat::csv ? csv_header : "");
  while (written && (*entries)->next()) {
    const std::string_view key = (*entries)->key();
    const std::string_view value = (*entries)->value();
    written =
        output.write(format == FileFormat::csv ? csv_line(key, value) : json_line(key, value));
    ++exported;
  }
  if (written) written = output.flush();
  if (!written) return output_error(output, written.error());
  if (const Status end = (*entries)->status(); !end) return store_error(end.error());
  return {};
}

std::string entries_text(std::uint64_t count) {
  return fmt::format("{} {}", count, count == 1 ? "entry" : "entries");
}

std::string progress_bar(std::uint64_t done, std::uint64_t total, std::size_t width) {
  const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(width));
  return fmt::format("[{}{}] {:3}%", std::string(filled, '#'), std::string(width - filled, '.'),
                     static_cast<int>(part * 100));
}

}  // namespace kv::cli
