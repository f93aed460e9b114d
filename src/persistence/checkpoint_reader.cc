// Reads checkpoints, those that are damaged, too.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/coding.h"
#include "base/quote.h"
#include "persistence/checkpoint.h"
#include "persistence/file_header.h"

namespace kv {
namespace {

constexpr std::string_view remedy = "`kvcli salvage` saves what can still be read";
constexpr FileKind file_kind = {checkpoint_layout::magic, checkpoint_layout::version,
                                "a checkpoint", remedy};
static_assert(checkpoint_layout::header_bytes == file_header_bytes);
constexpr std::size_t sequence_offset = 16;

std::unexpected<Error> corrupt(std::string_view path, std::uint64_t offset, std::string_view what) {
  return failure(Code::corruption,
                 fmt::format("{}, offset {}: {}; {}", quote(path), offset, what, remedy));
}

// Where the first intact record begins, at the offset or further on; the file's size if there is
// none, or once looking has cost 16 times the file's size.
std::uint64_t first_record(std::string_view file, std::uint64_t offset, SequenceNumber sequence) {
  std::uint64_t summed = 0;
  for (; offset < file.size() && summed <= 16 * file.size(); offset += log_layout::alignment) {
    if (record_at(file, offset, sequence, &summed)) return offset;
  }
  return file.size();
}

// Reads the records behind the header.
class EntriesReader {
 public:
  EntriesReader(std::string_view file, const std::string& path, SequenceNumber sequence,
                const AddVersion& add, std::vector<Damage>* damages)
      : file_(file), path_(path), sequence_(sequence), add_(add), damages_(damages) {}

  Status read() {
    std::uint64_t offset = checkpoint_layout::header_bytes;
    for (;;) {
      const std::optional<LogRecord> record = record_at(file_, offset, sequence_);
      if (!record) {
        const std::uint64_t next = next_record(offset);
        if (Status lost = lose(offset, next, "no intact record begins here"); !lost) return lost;
        if (next == file_.size()) return {};
        offset = next;
        continue;
      }
      const std::uint64_t before = record->first - 1;
      if (before != count_) {
        Status lost = lose(offset, offset,
                           fmt::format("entries are missing before the one numbered "
                                       "{}",
                                       before));
        if (!lost) return lost;
      }
      if (record->kind == RecordKind::end) return end(end_of(*record, offset));
      count_ = before;
      if (Status taken = take_entries(*record, offset); !taken) return taken;
      offset = end_of(*record, offset);
    }
  }

 private:
  Status take_entries(const LogRecord& record, std::uint64_t offset) {
    if (record.kind != RecordKind::entries) {
      return lose(offset, end_of(record, offset),
                  "a record that does not belong into a checkpoint");
    }
    std::string_view rest = record.payload;
    while (!rest.empty()) {
      std::string_view key;
      std::string_view value;
      Result<InternalKey> parsed = failure(Code::corruption);
      if (take_string(rest, key) && take_string(rest, value)) parsed = parse_internal_key(key);
      if (!parsed || !makes_sense(*parsed)) {
        return lose(offset, end_of(record, offset), "entries without sense");
      }
      add_(*parsed, value);
      last_key_ = parsed->user_key;
      has_last_key_ = true;
      ++count_;
    }
    return {};
  }

  Status end(std::uint64_t offset) {
    if (offset == file_.size()) return {};
    return lose(offset, file_.size(), "something stands behind the end record");
  }

  // Where the next record should begin. A torn file may end inside of the zeros before it.
  std::uint64_t end_of(const LogRecord& record, std::uint64_t offset) const {
    return std::min<std::uint64_t>(offset + record_bytes(record.payload.size()), file_.size());
  }

  bool makes_sense(const InternalKey& key) const {
    return key.sequence >= 1 && key.sequence <= sequence_ && key.kind == EntryKind::put &&
           (!has_last_key_ || last_key_ < key.user_key);
  }

  // Where the next intact record begins, or the file's size. Called only to salvage.
  std::uint64_t next_record(std::uint64_t offset) const {
    return damages_ == nullptr ? file_.size()
                               : first_record(file_, offset + log_layout::alignment, sequence_);
  }

  Status lose(std::uint64_t from, std::uint64_t to, std::string_view what) {
    if (damages_ == nullptr) return corrupt(path_, from, what);
    damages_->push_back({path_, from, to - from, std::string(what)});
    return {};
  }

  const std::string_view file_;
  const std::string& path_;
  const SequenceNumber sequence_;
  const AddVersion& add_;
  std::vector<Damage>* const damages_;
  std::uint64_t count_ = 0;  // entries up to here
  bool has_last_key_ = false;
  std::string_view last_key_;  // of the entry before, in the file's bytes
};

// With which write each of the directory's logs begins, as far as that can be read.
std::vector<SequenceNumber> first_writes_of_logs(const FileSystem& files,
                                                 std::string_view directory) {
  std::vector<SequenceNumber> firsts;
  const Result<std::vector<LogNumber>> logs = logs_in(files, directory);
  if (!logs) return firsts;
  for (const LogNumber number : *logs) {
    const Result<LogHeader> header = read_log_header(files, directory, number);
    if (header) firsts.push_back(header->first);
  }
  return firsts;
}

// What the header must have said, as the records tell whose header is damaged: they are summed with
// its sequence number. That may stand undamaged in its place; and if not, a log was begun together
// with the checkpoint, and begins with the write that follows it.
std::optional<CheckpointHeader> guess_header(const FileSystem& files, std::string_view directory,
                                             std::string_view file) {
  std::vector<SequenceNumber> guesses;
  std::string_view field = file.substr(std::min(sequence_offset, file.size()));
  SequenceNumber sequence = 0;
  if (take_fixed64(field, sequence)) guesses.push_back(sequence);
  for (const SequenceNumber first : first_writes_of_logs(files, directory)) {
    guesses.push_back(first - 1);
  }
  for (const SequenceNumber guess : guesses) {
    if (guess > max_sequence) continue;
    if (first_record(file, checkpoint_layout::header_bytes, guess) < file.size()) {
      return CheckpointHeader{guess, 0};  // no log is passed over: its writes may be older, no harm
    }
  }
  return std::nullopt;
}

// The header of a checkpoint that is being salvaged: `header` failed with corruption.
CheckpointHeader salvage_header(const FileSystem& files, std::string_view directory,
                                std::string_view file, const std::string& path,
                                std::vector<Damage>& damages) {
  const std::optional<CheckpointHeader> guess = guess_header(files, directory, file);
  const std::size_t all = file.size();
  if (guess) {
    const std::size_t bytes = std::min(all, checkpoint_layout::header_bytes);
    damages.push_back({path, 0, bytes,
                       fmt::format("the header; the records show that the checkpoint is of write "
                                   "{}",
                                   guess->sequence)});
    return *guess;
  }
  damages.push_back({path, 0, all,
                     "the header, and with it the sequence number that proves its records: "
                     "nothing of the checkpoint can be trusted"});
  return {};
}

}  // namespace

std::string encode_checkpoint_header(const CheckpointHeader& header) {
  return encode_file_header(file_kind, {0, header.sequence, header.next_log});
}

Result<CheckpointHeader> decode_checkpoint_header(std::string_view file, std::string_view path) {
  const Result<FileHeader> header = decode_file_header(file, file_kind, path);
  if (!header) return failure(header.error());
  if (header->first > max_sequence) return damaged_header(file_kind, path);
  return CheckpointHeader{.sequence = header->first, .next_log = header->second};
}

Result<std::optional<CheckpointHeader>> read_checkpoint(const FileSystem& files,
                                                        std::string_view directory,
                                                        const AddVersion& add,
                                                        std::vector<Damage>* damages) {
  const std::string path = checkpoint_path(directory);
  Result<bool> there = files.exists(path);
  if (!there) return failure(std::move(there));
  if (!*there) return std::optional<CheckpointHeader>();
  Result<std::string> file = read_file(files, path);
  if (!file) return failure(std::move(file));
  Result<CheckpointHeader> header = decode_checkpoint_header(*file, path);
  if (damages != nullptr && failed_with(Code::corruption, header)) {
    header = salvage_header(files, directory, *file, path, *damages);
    if (header->sequence == 0) return std::optional<CheckpointHeader>();
  }
  if (!header) return failure(std::move(header));
  EntriesReader reader(*file, path, header->sequence, add, damages);
  if (Status read = reader.read(); !read) return failure(std::move(read));
  return std::optional(*header);
}

}  // namespace kv
