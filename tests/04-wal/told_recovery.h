#pragma once

// A directory whose files are laid down byte by byte (log_bytes.h), and what recovery makes of it,
// told as a step of the test's story (tests/support/story.h):
//
//   1 put "a" = "1"; 2 erase "b"; | last 2, synced 1, next log 8 | dropped 000007.log from 72: 30
//
// or why it refuses, with the file and the offset that it names.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/simulated_file_system.h"
#include "persistence/recovery.h"
#include "tests/04-wal/log_bytes.h"
#include "tests/support/expect.h"

namespace kv::test {

// The log with a byte wrong in what begins at the offset.
inline LogBytes damaged(LogBytes log, std::size_t offset) {
  std::string& bytes = log.bytes();
  bytes.replace(offset + 3, 1, 1, static_cast<char>(bytes.at(offset + 3) ^ 0x40));
  return log;
}

// What recovery handed over, and what it said.
struct Seen {
  Result<Recovered> result = Recovered{};
  std::vector<std::string> versions;  // `1 put "a" = "1";`

  std::string text() const;
};

inline std::string told(const InternalKey& key, std::string_view value) {
  const std::string number = std::to_string(key.sequence) + " ";
  if (key.kind == EntryKind::tombstone) return number + "erase " + test::quoted(key.user_key) + ";";
  return number + "put " + test::quoted(key.user_key) + " = " + test::quoted(value) + ";";
}

// The first file, and the first offset, that a message names.
inline std::string place_named(const std::string& message) {
  std::string place = "no file";
  if (const auto dot = message.find(".log"); dot != std::string::npos && dot >= 6) {
    place = message.substr(dot - 6, 10);
  } else if (message.find("checkpoint") != std::string::npos) {
    place = "checkpoint";
  }
  const auto offset = message.find("offset ");
  if (offset == std::string::npos) return place + ", no offset";
  const std::size_t digits = offset + 7;
  return place + " at " +
         message.substr(digits, message.find_first_not_of("0123456789", digits) - digits);
}

inline std::string Seen::text() const {
  if (!result) {
    const std::string code(name(result.error().code()));
    return code == "corruption" ? code + ": " + place_named(result.error().message()) : code;
  }
  std::string text;
  for (const std::string& version : versions) text += version + " ";
  text += "| ";
  if (result->checkpoint != 0) text += "checkpoint " + std::to_string(result->checkpoint) + ", ";
  text += "last " + std::to_string(result->last) + ", synced " + std::to_string(result->synced);
  if (result->closed) text += ", closed at " + std::to_string(result->end_offset);
  text += ", next log " + std::to_string(result->next_log);
  for (const Damage& damage : result->damages) {
    text += " | dropped " + damage.path.substr(damage.path.rfind('/') + 1) + " from " +
            std::to_string(damage.offset) + ": " + std::to_string(damage.bytes);
  }
  return text;
}

inline Seen recover_from(const FileSystem& files, RecoveryMode mode = RecoveryMode::strict) {
  Seen seen;
  const AddVersion add = [&seen](const InternalKey& key, std::string_view value) {
    seen.versions.push_back(told(key, value));
  };
  seen.result = recover(files, "db", add, mode);
  return seen;
}

class Disk {
 public:
  Disk() { EXPECT_TRUE(ok(files_.create_directory("db"))); }

  // A log with these bytes and zeros up to the size. A second one of the number replaces the first.
  void lay(const LogBytes& log, std::size_t size = 400) { lay(log.number(), log.file(size)); }
  void lay(LogNumber number, std::string_view bytes) { lay(log_path("db", number), bytes); }

  void lay(const std::string& path, std::string_view bytes) {
    static_cast<void>(files_.unlink(path));  // where there is one
    const auto file = files_.create(path);
    ASSERT_TRUE(ok(file));
    EXPECT_TRUE(ok((*file)->append(bytes)));
  }

  // A checkpoint whose entries are puts, numbered as given, in the order of their keys.
  void lay_checkpoint(SequenceNumber sequence, LogNumber next_log,
                      const std::vector<std::pair<SequenceNumber, std::string>>& puts) {
    std::string bytes("kvdb.chk");
    append_fixed32(bytes, 1);
    append_fixed32(bytes, 0);
    append_fixed64(bytes, sequence);
    append_fixed64(bytes, next_log);
    append_fixed64(bytes, checksum(bytes));
    std::string entries;
    for (const auto& [number, key] : puts) {
      std::string internal;
      append_internal_key(internal, {key, number, EntryKind::put});
      append_string(entries, internal);
      append_string(entries, "1");
    }
    if (!puts.empty()) bytes += framed(sequence, {RecordKind::entries, 1, 0, entries});
    bytes += framed(sequence, {RecordKind::end, puts.size() + 1, 0, {}});
    lay("db/checkpoint", bytes);
  }

  std::string recovered(RecoveryMode mode = RecoveryMode::strict) {
    const std::string call = announce(mode == RecoveryMode::salvage ? "salvage" : "recover");
    const std::string seen = recover_from(files_, mode).text();
    observe(call, seen);
    return seen;
  }

  SimulatedFileSystem& files() { return files_; }

 private:
  SimulatedFileSystem files_;
};

}  // namespace kv::test
