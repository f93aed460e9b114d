#include "persistence/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/quote.h"
#include "base/todo.h"
#include "persistence/log_reader.h"

namespace kv {
namespace {

// A place in a log.
struct Place {
  std::string path;
  std::uint64_t offset;
};

std::unexpected<Error> corrupt(const Place& place, std::string_view what) {
  return failure(Code::corruption, fmt::format("{}, offset {}: {}; `kvcli salvage` saves what can "
                                               "still be read",
                                               quote(place.path), place.offset, what));
}

// Puts the logs together, one after the other in the order of their numbers.
class Replay {
 public:
  Replay(const CheckpointHeader& checkpoint, const AddVersion& add, RecoveryMode mode)
      : add_(add), mode_(mode) {
    recovered.checkpoint = checkpoint.sequence;
    recovered.last = checkpoint.sequence;
    recovered.synced = checkpoint.sequence;
  }

  // Replays the log's records as far as the writes follow each other, and looks at those behind for
  // what they prove.
  Status read_log(std::string_view log, const std::string& path, LogNumber number) {
    // LAB 4.6  Read the header (take_header), then every intact record (take_record). Where they
    // stop, look for more behind: in salvage to replay them, else for what they prove, since the
    // writes have broken off (break_). As long as break_ is not set, remember in stop_ where the
    // records stopped, and whether the log was closed there: by an end record, with nothing but
    // zeros behind. Note what is dropped: all of the log, if the break came before it; else what is
    // behind the stop. In salvage, note each damaged stretch: up to the next record (note_lost), or
    // up to the end (note_damage).
    //[ throw todo("4.6", log, path, number, take_header(log, {path, 0}, number), stop_, break_);
    recovered.closed = false;
    if (Status taken = take_header(log, {path, 0}, number); !taken) return taken;
    std::uint64_t replayed = 0;  // up to here, unless a break came before
    const auto reader = make_log_reader(log, number);
    for (;;) {
      while (reader->next()) {
        Status taken = take_record(reader->record(), {path, reader->offset()});
        if (!taken) return taken;
      }
      const std::uint64_t stop = reader->offset() + (reader->ended() ? record_bytes(0) : 0);
      const bool closed = reader->ended() && !has_bytes_behind(log, stop);
      if (!break_) {
        stop_ = {path, replayed = stop};
        recovered.end_offset = reader->offset();
        recovered.closed = closed;
      }
      const bool more = !closed && reader->resync();
      if (mode_ == RecoveryMode::salvage) {
        more ? note_lost({path, stop}, reader->offset()) : note_damage(log, path, stop);
      }
      if (!more) break;
      if (mode_ == RecoveryMode::strict && !break_) break_ = stop_;
      if (Status taken = take_record(reader->record(), {path, reader->offset()}); !taken) {
        return taken;
      }
    }
    if (mode_ == RecoveryMode::strict) note_damage(log, path, replayed);
    return {};
    //]
  }

  // Says what the break means: nothing but a torn tail, or corruption.
  Status judge() const {
    // LAB 4.6  Compare what was recovered with what is proven.
    //[ throw todo("4.6", mode_, stop_, break_);
    if (mode_ == RecoveryMode::salvage || recovered.synced <= recovered.last) return {};
    const Place place = break_ ? *break_ : stop_.value_or(Place{"the log", 0});
    return corrupt(place, fmt::format("write {} should stand here and does not, though it was on "
                                      "the disk: later records prove that all up to {} were synced",
                                      recovered.last + 1, recovered.synced));
    //]
  }

  Recovered recovered;

 private:
  // Looks at the log's header, for a gap before it and for what it proves.
  Status take_header(std::string_view log, const Place& place, LogNumber number) {
    Result<LogHeader> header = decode_log_header(log, place.path);
    if (!header && header.error().code() != Code::corruption) return failure(std::move(header));
    if (header && header->number == number) {
      prove(synced_before(header->first, header->unsynced));
      expect(header->first, place);
    } else if (mode_ == RecoveryMode::salvage) {
      note_damage(log.substr(0, log_layout::header_bytes), place.path, 0);
    } else if (!break_) {
      break_ = place;  // its records are looked at, for proofs alone
    }
    return {};
  }

  // Replays the record, unless the writes have broken off before it.
  Status take_record(const LogRecord& record, const Place& place) {
    // LAB 4.6  Note what the record proves, and whether a write is missing before it (expect). Hand
    // over each change of a batch that was not there before: a checkpoint or an earlier log may
    // have it. What has a right checksum and makes no sense is corruption.
    //[ throw todo("4.6", record, add_, recovered.last, corrupt(place, ""));
    prove(synced_before(record.first, record.unsynced));
    expect(record.first, place);
    if (break_ || record.kind == RecordKind::end) return {};
    Result<Batch> batch = batch_of(record);
    if (!batch) {
      if (mode_ == RecoveryMode::strict) return corrupt(place, batch.error().message());
      note_lost(place, place.offset + log_layout::record_header_bytes + record.payload.size());
      return {};
    }
    SequenceNumber sequence = record.first;
    for (const Batch::Operation& change : batch->changes()) {
      const auto kind = change.kind == Batch::Kind::put ? EntryKind::put : EntryKind::tombstone;
      if (sequence > recovered.last) add_({change.key, sequence, kind}, change.value);
      ++sequence;
    }
    recovered.last = std::max(recovered.last, sequence - 1);
    return {};
    //]
  }

  // The batch that the record holds. Errors: it holds none.
  static Result<Batch> batch_of(const LogRecord& record) {
    if (record.kind != RecordKind::batch) {
      return failure(Code::corruption, "the record does not belong into a log");
    }
    Result<Batch> batch = Batch::decode(record.payload);
    if (batch && batch->change_count() > max_sequence - record.first) {
      return failure(Code::corruption, "the record's writes have numbers that no write has");
    }
    return batch;
  }

  // All writes up to this one were durable.
  void prove(SequenceNumber synced) { recovered.synced = std::max(recovered.synced, synced); }

  // Here the writes go on with this one: if there should be another before it, they have broken off
  // where the records did.
  void expect(SequenceNumber first, const Place& place) {
    if (mode_ == RecoveryMode::salvage || break_ || first <= recovered.last + 1) return;
    break_ = stop_ ? *stop_ : place;
  }

  // Whether there is anything but zeros from the offset on: files begin as zeros.
  static bool has_bytes_behind(std::string_view log, std::uint64_t offset) {
    return used_bytes(log) > offset;
  }

  // Notes the bytes from the offset on, but for the zeros at the end.
  void note_damage(std::string_view log, const std::string& path, std::uint64_t offset) {
    if (!has_bytes_behind(log, offset)) return;
    note_lost({path, offset}, used_bytes(log));
  }

  // Notes the bytes from the place to the end.
  void note_lost(const Place& place, std::uint64_t end) {
    const std::uint64_t bytes = end - place.offset;
    recovered.damages.push_back({place.path, place.offset, bytes,
                                 fmt::format("{} bytes that no intact record leads to", bytes)});
  }

  const AddVersion& add_;
  const RecoveryMode mode_;
  std::optional<Place> stop_;   // where the records of the last log broke off
  std::optional<Place> break_;  // where the writes did: nothing behind it is replayed
};

}  // namespace

Result<Recovered> recover(const FileSystem& files, std::string_view directory,
                          const AddVersion& add, RecoveryMode mode,
                          const std::optional<CheckpointHeader>& put_away) {
  const bool salvage = mode == RecoveryMode::salvage;
  std::vector<Damage> damages;
  Result<std::optional<CheckpointHeader>> checkpoint = put_away;
  if (!put_away) checkpoint = read_checkpoint(files, directory, add, salvage ? &damages : nullptr);
  if (!checkpoint) return failure(std::move(checkpoint));
  const CheckpointHeader header = checkpoint->value_or(CheckpointHeader{});
  Replay replay(header, add, mode);
  replay.recovered.damages = std::move(damages);
  replay.recovered.next_log = std::max<LogNumber>(header.next_log, 1);

  auto numbers = logs_in(files, directory);
  if (!numbers) return failure(std::move(numbers));
  for (const LogNumber number : *numbers) {
    replay.recovered.next_log = std::max(replay.recovered.next_log, number + 1);
    if (number < header.next_log) continue;  // the checkpoint has it all
    const std::string path = log_path(directory, number);
    Result<std::string> log = read_file(files, path);
    if (!log) return failure(std::move(log));
    if (Status read = replay.read_log(*log, path, number); !read) return failure(std::move(read));
  }
  if (Status judged = replay.judge(); !judged) return failure(std::move(judged));
  return std::move(replay.recovered);
}

}  // namespace kv
