#pragma once

// Manifests as bytes, put together and taken apart by the drawing in persistence/manifest.h and by
// nothing of the lab's, and what is made of them, told as steps of the test's story
// (tests/support/story.h):
//
//   manifest 3: 0: 7 ["b" ... "q"] 5-9 | next table 9; closed
//   manifest 3: next table 9; dropped from 128: 17 bytes
//   corruption: db/manifest at 88

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/simulated_file_system.h"
#include "persistence/manifest.h"
#include "tests/04-wal/log_bytes.h"
#include "tests/06-compaction/told_version.h"
#include "tests/support/expect.h"

namespace kv::test {

inline constexpr std::string_view store_directory = "db";
inline constexpr std::string_view store_manifest = "db/manifest";

inline std::string manifest_header(std::uint64_t number, std::uint32_t version = 1,
                                   std::string_view magic = "kvdb.man") {
  std::string bytes(magic);
  append_fixed32(bytes, version);
  append_fixed32(bytes, 0);
  append_fixed64(bytes, number);
  append_fixed64(bytes, 0);
  append_fixed64(bytes, checksum(bytes));
  return bytes;
}

// A manifest under construction. Each record that is added gets the number that follows.
class ManifestBytes {
 public:
  explicit ManifestBytes(std::uint64_t number = 3)
      : number_(number), bytes_(manifest_header(number)) {}

  ManifestBytes& add(const VersionEdit& edit) { return add(RecordKind::edit, drawn_bytes(edit)); }
  ManifestBytes& end() { return add(RecordKind::end, {}); }
  ManifestBytes& add(RecordKind kind, std::string_view payload) {
    return raw(framed(number_, {kind, next_++, 0, payload}));
  }
  // No record, or not the one whose turn it is.
  ManifestBytes& raw(std::string_view bytes) {
    begins_.push_back(bytes_.size());
    bytes_ += bytes;
    return *this;
  }
  // The next record has this number.
  ManifestBytes& turn(std::uint64_t number) {
    next_ = number;
    return *this;
  }

  const std::string& bytes() const { return bytes_; }
  std::uint64_t size() const { return bytes_.size(); }
  // Where what was added begins, in order.
  const std::vector<std::uint64_t>& begins() const { return begins_; }

 private:
  std::uint64_t number_;
  std::uint64_t next_ = 1;
  std::string bytes_;
  std::vector<std::uint64_t> begins_;
};

// What a file of a manifest holds: its header, and the records up to the first place where there is
// none.
inline std::string told_manifest(std::string_view file) {
  if (file.size() < 40) return "no header";
  std::string_view field = file.substr(16);
  std::uint64_t number = 0;
  if (!take_fixed64(field, number) || file.substr(0, 40) != manifest_header(number)) {
    return "another header";
  }
  std::string text = "manifest " + std::to_string(number);
  std::size_t at = 40;
  while (const auto record = drawn_record_at(file, at, number)) {
    text += " [" + std::to_string(record->first);
    if (record->unsynced != 0) text += ", unsynced " + std::to_string(record->unsynced);
    if (record->kind == RecordKind::edit) {
      const std::optional<VersionEdit> edit = drawn_edit(record->payload);
      text += ": " + (edit ? told(*edit) : "no edit") + "]";
    } else {
      text += record->kind == RecordKind::end && record->payload.empty() ? ": end]" : ": ?]";
    }
    at += record_bytes(record->payload.size());
  }
  return at == file.size() ? text : text + " and " + std::to_string(file.size() - at) + " bytes";
}

// The path and the offset that a message names, and whether it says what to do.
inline std::string place_in(const std::string& message) {
  if (message.find(store_manifest) == std::string::npos) return "no file";
  const auto offset = message.find("offset ");
  if (offset == std::string::npos) return std::string(store_manifest) + ", no offset";
  const std::size_t digits = offset + 7;
  const std::size_t end = message.find_first_not_of("0123456789", digits);
  const bool says = message.find("kvcli salvage") != std::string::npos;
  return std::string(store_manifest) + " at " + message.substr(digits, end - digits) +
         (says ? "" : ", not what to do");
}

inline std::string told(const ReadManifest& read) {
  std::string text = "manifest " + std::to_string(read.number) + ": " + told(read.version);
  if (read.closed) text += "; closed";
  if (read.dropped) {
    text += "; dropped from " + std::to_string(read.dropped->offset) + ": " +
            std::to_string(read.dropped->bytes) + " bytes";
    if (read.dropped->path != store_manifest) text += " of " + read.dropped->path;
    if (read.dropped->what.empty()) text += " for no reason";
  }
  return text;
}

inline std::string told_read(const Result<ReadManifest>& read) {
  if (read) return told(*read);
  const std::string code(name(read.error().code()));
  return code == "corruption" ? code + ": " + place_in(read.error().message()) : code;
}

// What read_manifest says.
inline std::string read_of(std::string_view what, std::string_view bytes) {
  const std::string call = announce("read a manifest " + std::string(what));
  std::string seen = told_read(read_manifest(bytes, store_manifest));
  observe(call, seen);
  return seen;
}
inline std::string read_of(std::string_view what, const ManifestBytes& manifest) {
  return read_of(what, manifest.bytes());
}

// A directory with a manifest, and the writer that goes on with it.
class ToldManifest {
 public:
  ToldManifest() {
    EXPECT_TRUE(ok(files_.create_directory(store_directory)));
    EXPECT_TRUE(ok(files_.sync_directory("/")));
  }

  std::string start(std::uint64_t number, const Version& version, const SyncNames& names = {}) {
    const std::string call =
        announce("start manifest " + std::to_string(number) + " of " + told(version));
    auto writer = start_manifest(files_, store_directory, number, version, names);
    if (writer) writer_ = *std::move(writer);
    return saw(call, writer ? "ok" : std::string(name(writer.error().code())));
  }
  std::string append(const VersionEdit& edit) {
    const std::string call = announce("append " + told(edit));
    return saw(call, code_of(writer_->append(edit)));
  }
  std::string close() {
    const std::string call = announce("close");
    return saw(call, code_of(writer_->close()));
  }

  // What stands in the file.
  std::string file() {
    const std::string call = announce("the file");
    const Result<std::string> bytes = read_file(files_, store_manifest);
    return saw(call, bytes ? told_manifest(*bytes) : std::string(name(bytes.error().code())));
  }

  // What is found after the power went now.
  std::string after(CrashPolicy policy) {
    const std::string call = announce("the power goes; find the manifest");
    SimulatedFileSystem left = files_;
    Random random(seed());
    left.crash(policy, random);
    const auto found = find_manifest(left, store_directory);
    if (found && !*found) return saw(call, "none");
    return saw(call, found ? told(**found) : std::string(name(found.error().code())));
  }

  // The changing calls since the last time this was asked: "append db/manifest, sync db/manifest".
  std::string changes() {
    std::string text;
    const std::vector<CrashPoint> history = files_.history();
    for (; told_ < history.size(); ++told_) {
      if (!text.empty()) text += ", ";
      text += std::string(name(history[told_].call)) + " " + history[told_].path;
    }
    return saw("what was done", text.empty() ? "nothing" : text);
  }

  SimulatedFileSystem& files() { return files_; }
  ManifestWriter& writer() { return *writer_; }

 private:
  static std::string saw(const std::string& call, std::string seen) {
    observe(call, seen);
    return seen;
  }
  static std::string code_of(const Status& status) {
    return status ? "ok" : std::string(name(status.error().code()));
  }

  SimulatedFileSystem files_;
  std::unique_ptr<ManifestWriter> writer_;
  std::size_t told_ = 0;
};

// A version of some tables.
inline Version some_version() {
  Version version{.next_log = 4, .put_away = 59, .known_from = 2, .next_table = 9};
  version.levels[0] = {table(7, "b", "q", {50, 59}), table(6, "a", "k", {40, 49})};
  version.levels[1] = {table(2, "a", "h"), table(3, "k", "r")};
  return version;
}

}  // namespace kv::test
