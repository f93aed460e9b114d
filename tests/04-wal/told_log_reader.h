#pragma once

// A LogReader whose every step becomes a step of the test's story (tests/support/story.h), with
// what it found observed: `batch 1 unsynced 0 { ... } at 40`, or `none at 72`.

#include <memory>
#include <string>
#include <string_view>

#include "persistence/log_reader.h"
#include "tests/04-wal/log_bytes.h"

namespace kv::test {

class ToldLogReader {
 public:
  // Borrows the bytes.
  explicit ToldLogReader(std::string_view log, LogNumber number = 7)
      : reader_(make_log_reader(log, number)) {
    step("a reader of log " + std::to_string(number) + ", " + std::to_string(log.size()) +
         " bytes");
  }

  std::string next() {
    const std::string call = announce("next");
    const bool stepped = reader_->next();
    return saw(call, stepped ? here() : "none at " + std::to_string(reader_->offset()));
  }
  std::string resync() {
    const std::string call = announce("resync");
    const bool stepped = reader_->resync();
    return saw(call, stepped ? here() : "none");
  }
  bool ended() {
    const std::string call = announce("ended");
    const bool yes = reader_->ended();
    observe(call, yes ? "yes" : "no");
    return yes;
  }

  LogReader& reader() { return *reader_; }

 private:
  std::string here() const {
    return told(reader_->record()) + " at " + std::to_string(reader_->offset());
  }
  static std::string saw(std::string_view call, std::string seen) {
    observe(call, seen);
    return seen;
  }

  std::unique_ptr<LogReader> reader_;
};

}  // namespace kv::test
