#include "persistence/checkpoint.h"

#include "base/coding.h"

namespace kv {
namespace {

// Gathers entries into records, and hands them to the file as they fill.
class EntriesWriter {
 public:
  EntriesWriter(AppendFile& file, SequenceNumber sequence) : file_(file), sequence_(sequence) {}

  Status add(std::string_view key, std::string_view value) {
    const std::size_t bytes =
        varint_bytes(key.size()) + key.size() + varint_bytes(value.size()) + value.size();
    if (!entries_.empty() && entries_.size() + bytes > checkpoint_layout::entries_bytes) {
      if (Status written = write(RecordKind::entries); !written) return written;
    }
    append_string(entries_, key);
    append_string(entries_, value);
    ++count_;
    return {};
  }

  Status finish() {
    if (!entries_.empty()) {
      if (Status written = write(RecordKind::entries); !written) return written;
    }
    return write(RecordKind::end);
  }

 private:
  Status write(RecordKind kind) {
    record_.clear();
    append_record(record_, sequence_, {kind, before_ + 1, 0, entries_});
    entries_.clear();
    before_ = count_;
    return file_.append(record_);
  }

  AppendFile& file_;
  const SequenceNumber sequence_;
  std::string entries_;       // of the record that is being gathered
  std::string record_;        // scratch
  std::uint64_t count_ = 0;   // entries so far
  std::uint64_t before_ = 0;  // entries in the records that are written
};

// Writes, of each user key, the version that a reader at the number sees.
Status write_visible(EntriesWriter& writer, SequenceNumber sequence, InternalIterator& versions) {
  std::string user_key;  // whose version was found
  bool found = false;
  while (versions.next()) {
    Result<InternalKey> key = parse_internal_key(versions.key());
    if (!key) return failure(std::move(key));
    if (key->sequence > sequence || (found && key->user_key == user_key)) continue;
    found = true;
    user_key.assign(key->user_key);
    if (key->kind == EntryKind::tombstone) continue;
    if (Status added = writer.add(versions.key(), versions.value()); !added) return added;
  }
  return versions.status();
}

}  // namespace

std::string checkpoint_path(std::string_view directory) { return join(directory, checkpoint_name); }

Result<std::uint64_t> write_checkpoint(FileSystem& files, std::string_view directory,
                                       const CheckpointHeader& header, InternalIterator& versions,
                                       const SyncNames& sync_names) {
  const auto write = [&](AppendFile& file) {
    EntriesWriter writer(file, header.sequence);
    Status done = file.append(encode_checkpoint_header(header));
    if (done) done = write_visible(writer, header.sequence, versions);
    if (done) done = writer.finish();
    return done;
  };
  return replace_file(files, checkpoint_path(directory), write, sync_names);
}

}  // namespace kv
