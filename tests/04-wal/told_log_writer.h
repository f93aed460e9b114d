#pragma once

// A LogWriter over a simulated file system, whose every call becomes a step of the test's story
// (tests/support/story.h), with its answer observed; and what stands in the files afterwards, also
// after a crash.

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/simulated_file_system.h"
#include "persistence/log_writer.h"
#include "tests/04-wal/log_bytes.h"
#include "tests/support/expect.h"

namespace kv::test {

inline constexpr const char* log_directory = "db";

inline LogNumber number_of(const std::string& name) { return log_number(name).value_or(0); }

// All logs, one behind the other, as told_log tells each.
inline std::string told_logs(const FileSystem& files) {
  const auto names = files.list(log_directory);
  if (!names) return "no directory";
  std::string text;
  for (const std::string& name : *names) {
    const auto file = read_file(files, join(log_directory, name));
    text += (text.empty() ? "" : " ") + told_log(file.value_or("?"), number_of(name));
  }
  return text.empty() ? "no log" : text;
}

// The writes of all logs that follow each other without a hole, from `first` on: the number of the
// last one.
inline SequenceNumber last_intact_write(const FileSystem& files, SequenceNumber first = 1) {
  SequenceNumber next = first;
  for (const std::string& name : files.list(log_directory).value_or(std::vector<std::string>())) {
    const std::string file = read_file(files, join(log_directory, name)).value_or("");
    const auto header = decode_log_header(file, name);
    if (!header || header->first != next) break;
    std::size_t at = log_layout::header_bytes;
    while (const auto record = drawn_record_at(file, at, number_of(name))) {
      const auto batch = Batch::decode(record->payload);
      if (record->kind != RecordKind::batch || record->first != next || !batch) break;
      next += batch->change_count();
      at += record_bytes(record->payload.size());
    }
  }
  return next - 1;
}

class ToldLogWriter {
 public:
  explicit ToldLogWriter(LogWriterOptions options = {}) : options_(std::move(options)) {
    EXPECT_TRUE(ok(files_.create_directory(log_directory)));
    EXPECT_TRUE(ok(files_.sync_directory("/")));
    options_.directory = log_directory;
    next_ = first_ = options_.first;
    seen_ = files_.history().size();
    static_cast<void>(start());
  }

  // Makes the writer, and with it the first log: the constructor has tried it already.
  std::string start() {
    const std::string call = announce(
        "make a writer of log " + std::to_string(options_.number) +
        (options_.offset == 0 ? ", " + std::to_string(options_.log_bytes) + " bytes"
                              : " from offset " + std::to_string(options_.offset) + " on"));
    auto made = make_log_writer(files_, options_);
    const std::string seen = made ? "ok" : std::string(name(made.error().code()));
    if (made) writer_ = *std::move(made);
    observe(call, seen);
    return seen;
  }

  // Another writer, which goes on in this log at this offset.
  std::string resume(LogNumber number, std::uint64_t offset) {
    options_.number = number;
    options_.offset = offset;
    options_.first = next_;
    return start();
  }

  // Appends the batch under the number that follows; keeps the number where that fails.
  std::string append(const Batch& batch) {
    const std::string call = announce("append " + std::to_string(next_) + " " + told(batch));
    const Status appended = writer_->append(next_, batch);
    if (appended) next_ += batch.change_count();
    observe(call, told(appended));
    return told(appended);
  }
  std::string append(std::string_view key) { return append(put(key, "1")); }

  std::string write() { return run("write", &LogWriter::write); }
  std::string sync() { return run("sync", &LogWriter::sync); }
  std::string close() { return run("close", &LogWriter::close); }

  void settled(SequenceNumber last) {
    const std::string call = announce("settled up to " + std::to_string(last));
    writer_->settled(last);
    step(call);
  }
  SequenceNumber synced() {
    const std::string call = announce("synced");
    const SequenceNumber last = writer_->synced();
    observe(call, std::to_string(last));
    return last;
  }

  // What stands in the files now, for whom the process has not died.
  std::string logs() { return saw("the logs", told_logs(files_)); }

  // The same after a crash that keeps as little as it may.
  std::string logs_after(CrashPolicy policy) {
    SimulatedFileSystem left = files_;
    Random random(test::seed());
    left.crash(policy, random);
    const bool killed = policy == CrashPolicy::process_death;
    return saw(
        killed ? "the logs after the death of the process" : "the logs after a loss of power",
        told_logs(left));
  }

  // In how many of many losses of power, of every kind, a write up to `last` is missing.
  std::size_t losses(SequenceNumber last) {
    std::size_t lost = 0;
    for (const CrashPolicy policy : power_losses) {
      for (std::uint64_t i = 0; i < 50; ++i) {
        SimulatedFileSystem left = files_;
        Random random(test::seed() * 1000 + i);
        left.crash(policy, random);
        if (last_intact_write(left, first_) < last) ++lost;
      }
    }
    observe("250 losses of power that lost a write up to " + std::to_string(last),
            std::to_string(lost));
    return lost;
  }

  // What was synced since any of these three was last asked, as often as it was, in no order.
  std::string syncs() {
    std::multiset<std::string> synced;
    for (const CrashPoint& point : calls_since()) {
      if (point.call == ChangingCall::sync || point.call == ChangingCall::sync_directory) {
        synced.insert(point.path);
      }
    }
    return saw("synced meanwhile", joined({synced.begin(), synced.end()}));
  }

  // The writes and syncs of files, in order; several of a kind in a row count once.
  std::string calls() {
    std::vector<std::string> told_calls;
    for (const CrashPoint& point : calls_since()) {
      if (point.call == ChangingCall::sync_directory) continue;
      std::string told_call = std::string(name(point.call)) + " " + point.path;
      if (told_calls.empty() || told_calls.back() != told_call) {
        told_calls.push_back(std::move(told_call));
      }
    }
    return saw("called meanwhile", joined(told_calls));
  }

  // Every call that changes something.
  std::string changes() {
    std::vector<std::string> told_calls;
    for (const CrashPoint& point : calls_since()) {
      told_calls.push_back(std::string(name(point.call)) + " " + point.path);
    }
    return saw("changed meanwhile", joined(told_calls));
  }

  SimulatedFileSystem& files() { return files_; }
  LogWriter& writer() { return *writer_; }
  SequenceNumber next() const { return next_; }

 private:
  std::string run(std::string call, Status (LogWriter::*function)()) {
    announce(call);
    return saw(call, told((*writer_.*function)()));
  }
  static std::string saw(std::string_view what, std::string seen) {
    observe(what, seen);
    return seen;
  }

  static std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text.empty() ? "nothing" : text;
  }

  std::vector<CrashPoint> calls_since() {
    const std::vector<CrashPoint> history = files_.history();
    std::vector<CrashPoint> calls(history.begin() + static_cast<std::ptrdiff_t>(seen_),
                                  history.end());
    seen_ = history.size();
    return calls;
  }

  SimulatedFileSystem files_;
  LogWriterOptions options_;
  std::unique_ptr<LogWriter> writer_;
  SequenceNumber first_ = 1;  // of the first log
  SequenceNumber next_ = 1;
  std::size_t seen_ = 0;  // how many of the calls were told
};

}  // namespace kv::test
