#include "storage/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/quote.h"
#include "base/todo.h"
#include "storage/block.h"
#include "storage/bloom_filter.h"
#include "storage/internal_key.h"
#include "storage/table_blocks.h"
#include "storage/table_index.h"

namespace kv {
namespace {

using table_layout::frame_end_bytes;

// The first data block that ends with an internal key at or behind the target: the only one in
// which the first entry at or after the target can be. index.size() where there is none.
std::size_t block_for(const TableIndex& index, std::string_view target) {
  // LAB 5.5  Search by halves.
  // Hint: TableIndex::Probe compares faster than internal_key_less.
  //[ throw todo("5.5", index, target);
  const TableIndex::Probe probe(index, target);
  std::size_t low = 0;
  std::size_t high = index.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (probe.ends_before(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
  //]
}

// `corruption` of data block `at`: what the block says about itself, with its place in the file.
Error placed(const TableBlocks& blocks, const TableIndex& index, std::size_t at,
             const Error& error) {
  if (error.code() != Code::corruption) return error;
  return damaged_table(blocks.parts().path, index.handle(at).offset, error.message()).error();
}

// Walks over the blocks, in the order of the index or against it, and in each over its entries.
class TableWalk final : public InternalIterator {
 public:
  TableWalk(const TableBlocks& blocks, const TableIndex& index, Direction direction)
      : blocks_(blocks), index_(index), direction_(direction) {}

 private:
  bool do_next() override {
    // LAB 5.5  Step inside of the block, or to the first of the walk's blocks (enter). What it then
    // stands on, or where it goes on, is up to settle.
    //[ throw todo("5.5", index_, direction_, entries_, &TableWalk::enter, &TableWalk::settle);
    if (!entries_ && !enter(direction_ == Direction::forward ? 0 : index_.size() - 1)) return false;
    return settle(entries_->next());
    //]
  }

  bool do_seek(std::string_view target) override {
    // LAB 5.5  Enter the one block that can have the first entry at or after `target` in the walk's
    // direction, and seek there. In reverse it may turn out that another has it.
    //[ throw todo("5.5", target, index_, direction_, entries_, block_for);
    std::size_t at = block_for(index_, target);
    if (direction_ == Direction::reverse && at == index_.size()) --at;
    if (!enter(at)) return false;
    return settle(entries_->seek(target));
    //]
  }

  // Stands on the entry to which the block's walk has stepped; where that came to its end, on the
  // first entry of the blocks that follow in the walk's direction.
  bool settle(bool stepped) {
    // LAB 5.5  The end of a block is not the end of the table, and an error is not the end of a
    // block: it stays (fail), with its place in the file (placed).
    //[ throw todo("5.5", stepped, direction_, entries_, block_, blocks_, index_, placed);
    while (!stepped) {
      if (Status walked = entries_->status(); !walked) {
        return fail(placed(blocks_, index_, block_, walked.error()));
      }
      if (!enter(direction_ == Direction::forward ? block_ + 1 : block_ - 1)) return false;
      stepped = entries_->next();
    }
    stand_on(entries_->key(), entries_->value());
    return true;
    //]
  }

  // Begins a walk over the block's entries, unless there is one already. False where there is no
  // such block (0 - 1 is none either), and where it can't be read: then the walk has failed.
  bool enter(std::size_t block) {
    if (block >= index_.size()) return false;
    if (entries_ && block == block_) return true;
    auto read = blocks_.data_block(index_.handle(block), nullptr);
    if (!read) return fail(std::move(read).error());
    entries_ = (*read)->iterate(direction_);
    entries_->keep_alive(*std::move(read));
    block_ = block;
    return true;
  }

  const TableBlocks& blocks_;
  const TableIndex& index_;
  const Direction direction_;
  std::unique_ptr<InternalIterator> entries_;  // over block_; null before the first step
  std::size_t block_ = 0;
};

// The error for a table of a version that this program does not know.
std::unexpected<Error> newer_version(std::string_view path, std::uint32_t version) {
  return failure(
      Code::invalid_argument,
      fmt::format("{} has format version {}, and this program reads {}; open it with the "
                  "version of kvdb that wrote it",
                  quote(path), version, table_layout::version));
}

// Where a search in a block puts a key together: one for each thread, so that a find needs no
// memory of its own.
std::string& scratch_key() {
  thread_local std::string key;
  return key;
}

class BlockTable final : public Table {
 public:
  BlockTable(TableParts parts, const TableFooter& footer, std::uint64_t file_bytes)
      : blocks_(std::move(parts)), footer_(footer), file_bytes_(file_bytes) {}

  // Reads what stays in memory. Errors: as open_table.
  Status load() {
    // LAB 5.5  Read the blocks that the footer leads to, and fill properties_, index_ and filter_.
    // What is wrong with the index's block lacks its place in the file: damaged_table.
    //[ throw todo("5.5", footer_, blocks_, properties_, index_, filter_, file_bytes_);
    const std::string& path = blocks_.parts().path;
    Result<std::string> bytes = blocks_.read(footer_.properties);
    if (!bytes) return failure(std::move(bytes));
    Result<TableProperties> properties = decode_properties(*bytes, path);
    if (!properties) return failure(std::move(properties));
    properties_ = *std::move(properties);

    bytes = blocks_.read(footer_.index);
    if (!bytes) return failure(std::move(bytes));
    const std::size_t index_bytes = bytes->size();
    Result<std::unique_ptr<const Block>> block = make_block(*std::move(bytes));
    if (!block) return damaged_table(path, footer_.index.offset, block.error().message());
    if (Status loaded = index_.load(**block, index_bytes); !loaded) {
      return damaged_table(path, footer_.index.offset, loaded.error().message());
    }

    bytes = blocks_.read(footer_.filter);
    if (!bytes) return failure(std::move(bytes));
    filter_ = *std::move(bytes);
    return check_parts(footer_, index_, properties_, file_bytes_, path);
    //]
  }

  Result<std::optional<FoundVersion>> find(const Lookup& lookup) const override {
    // LAB 5.5  From the cheapest question to the dearest: the range of the table's keys, the filter
    // (filter_says_no), the index, the one block. Note in the trace how it ended (note, note_found,
    // note_missing).
    // Hint: the entry at or after the target may be one of another key. There must be one, if the
    // index said so: else the block is not what was written.
    //[ throw todo("5.5", lookup, properties_, index_, blocks_, block_for, placed, scratch_key);
    if (out_of_range(lookup.user_key)) {
      note(lookup, "out of its range");
      return std::nullopt;
    }
    if (filter_says_no(lookup)) return std::nullopt;
    const SeekTarget place = SeekTarget::newest_visible(lookup.user_key, lookup.sequence);
    const std::string_view target = place.bytes();
    const std::size_t at = block_for(index_, target);
    if (at == index_.size()) {
      note(lookup, "all it has of it is too new");
      return std::nullopt;
    }
    const auto block = blocks_.data_block(index_.handle(at), lookup.trace);
    if (!block) return failure(block.error());
    const auto entry = (*block)->first_at_or_after(target, scratch_key());
    if (!entry) return failure(placed(blocks_, index_, at, entry.error()));
    if (!*entry) return failure(placed(blocks_, index_, at, not_as_in_index()));
    const Result<InternalKey> key = parse_internal_key((*entry)->key);
    if (!key) return failure(placed(blocks_, index_, at, key.error()));
    if (key->user_key != lookup.user_key) {
      note_missing(lookup, at, **block);
      return std::nullopt;
    }
    note_found(lookup, at, *key);
    const bool has_value = key->kind == EntryKind::put;
    if (has_value && lookup.value != nullptr) lookup.value->assign((*entry)->value);
    return FoundVersion{key->sequence, key->kind};
    //]
  }

  std::unique_ptr<InternalIterator> iterate(Direction direction) const override {
    return std::make_unique<TableWalk>(blocks_, index_, direction);
  }

  Status verify() const override {
    // LAB 5.5  Read every block past the cache, and count what there is in it as the properties
    // do. The keys must be internal keys and ascend, over the blocks' borders, too; each block must
    // end with the index's key; the filter, if there is one, must not deny what is there.
    //[ throw todo("5.5", blocks_, index_, filter_, properties_, not_as_in_index(), footer_);
    TableProperties seen;
    std::string& last = seen.largest;
    for (std::size_t at = 0; at < index_.size(); ++at) {
      const auto wrong = [&](const Error& error) {
        return failure(placed(blocks_, index_, at, error));
      };
      const auto block = blocks_.data_block_past_cache(index_.handle(at));
      if (!block) return failure(block.error());
      const auto entries = (*block)->iterate(Direction::forward);
      while (entries->next()) {
        const Result<InternalKey> key = parse_internal_key(entries->key());
        if (!key) return wrong(key.error());
        if (seen.entries == 0) {
          seen.smallest = entries->key();
        } else if (!internal_key_less(last, entries->key())) {
          return wrong(Error(Code::corruption, "its keys do not ascend"));
        }
        if (!filter_.empty() && !may_contain(filter_, filter_hash(key->user_key))) {
          return wrong(Error(Code::corruption, "the filter denies a key that it holds"));
        }
        last = entries->key();
        ++seen.entries;
        if (key->kind == EntryKind::tombstone) ++seen.tombstones;
        seen.data_bytes += entries->key().size() + entries->value().size();
      }
      if (Status walked = entries->status(); !walked) return wrong(walked.error());
      if (last != index_.last_key(at)) return wrong(not_as_in_index());
      ++seen.data_blocks;
    }
    seen.first_sequence = properties_.first_sequence;  // no entry tells
    seen.last_sequence = properties_.last_sequence;
    if (seen == properties_) return {};
    return damaged_table(blocks_.parts().path, footer_.properties.offset,
                         "the properties are not those of the table's entries");
    //]
  }

  const TableProperties& properties() const override { return properties_; }
  TableNumber number() const override { return footer_.number; }
  std::uint64_t file_bytes() const override { return file_bytes_; }

 private:
  static Error not_as_in_index() {
    return Error(Code::corruption, "the block does not end with the key that the index has");
  }

  //[ // Helpers of yours here.
  bool out_of_range(std::string_view user_key) const {
    return properties_.entries == 0 || user_key < user_key_of(properties_.smallest) ||
           user_key_of(properties_.largest) < user_key;
  }
  //]

  // Asks the filter, if there is one, counts its answer and notes a no.
  bool filter_says_no(const Lookup& lookup) const {
    if (filter_.empty()) return false;
    TableStatistics& statistics = blocks_.statistics();
    bool perhaps = true;
    // LAB 5.5  Whether the key is surely not there.
    //[ throw todo("5.5", lookup, filter_, perhaps);
    perhaps = may_contain(filter_, lookup.hash);
    //]
    (perhaps ? statistics.filter_said_perhaps : statistics.filter_said_no).add();
    if (!perhaps) note(lookup, "the filter says no");
    return !perhaps;
  }

  void note(const Lookup& lookup, std::string_view what) const {
    if (lookup.trace != nullptr)
      lookup.trace->push_back(fmt::format("table {}: {}", number(), what));
  }

  void note_found(const Lookup& lookup, std::size_t at, const InternalKey& found) const {
    if (lookup.trace == nullptr) return;
    note(lookup, fmt::format("block at {} has it: {}", index_.handle(at).offset,
                             described(FoundVersion{found.sequence, found.kind})));
  }

  // Block `at` has no version that the lookup sees. The filter was wrong only if the table has none
  // of the key at all: newer ones stand before.
  void note_missing(const Lookup& lookup, std::size_t at, const Block& block) const {
    if (lookup.trace != nullptr) {
      note(lookup, fmt::format("block at {} does not have it", index_.handle(at).offset));
    }
    if (filter_.empty()) return;
    if (at > 0 && user_key_of(index_.last_key(at - 1)) == lookup.user_key) return;
    const SeekTarget newest = SeekTarget::before_versions(lookup.user_key);
    const auto entry = block.first_at_or_after(newest.bytes(), scratch_key());
    if (entry && *entry && (*entry)->key.starts_with(lookup.user_key) &&
        (*entry)->key.size() == lookup.user_key.size() + tag_bytes) {
      return;
    }
    blocks_.statistics().filter_was_wrong.add();
  }

  const TableBlocks blocks_;
  const TableFooter footer_;
  const std::uint64_t file_bytes_;

  // Set by load(), and constant from then on.
  TableProperties properties_;
  TableIndex index_;
  std::string filter_;  // empty: there is none
};

}  // namespace

Result<TableFooter> decode_footer(std::string_view bytes, std::uint64_t file_bytes,
                                  std::string_view path) {
  const std::uint64_t begin = file_bytes - std::min<std::uint64_t>(file_bytes, bytes.size());
  const auto damaged = [&](std::string_view what) { return damaged_table(path, begin, what); };
  // LAB 5.5  Look at the magic and the checksum first, then at the version, then at the rest.
  //[ throw todo("5.5", bytes, file_bytes, damaged, newer_version);
  if (bytes.size() != table_layout::footer_bytes || !bytes.ends_with(table_layout::magic)) {
    return damaged("it does not end with a table's footer");
  }
  TableFooter footer;
  std::uint32_t version = 0;
  std::uint32_t zero = 0;
  std::uint64_t sum = 0;
  std::string_view rest = bytes;
  bool whole = true;
  for (BlockHandle* const handle : {&footer.filter, &footer.index, &footer.properties}) {
    whole = whole && take_fixed64(rest, handle->offset) && take_fixed64(rest, handle->bytes);
  }
  whole = whole && take_fixed64(rest, footer.number) && take_fixed32(rest, version) &&
          take_fixed32(rest, zero);
  const std::string_view summed = bytes.substr(0, bytes.size() - rest.size());
  if (!whole || !take_fixed64(rest, sum) || sum != checksum(summed, file_bytes)) {
    return damaged("the footer's checksum is not that of its bytes and the file's size");
  }
  if (version != table_layout::version) return newer_version(path, version);
  for (const BlockHandle& handle : {footer.filter, footer.index, footer.properties}) {
    const bool inside = handle.offset <= begin && begin - handle.offset >= frame_end_bytes &&
                        handle.bytes <= begin - handle.offset - frame_end_bytes;
    if (zero != 0 || !inside) return damaged("the footer leads out of the file");
  }
  return footer;
  //]
}

Result<FramedBlock> open_frame(std::string_view frame, const FramePlace& place,
                               std::string_view path) {
  // LAB 5.5  Believe nothing before the checksum is right.
  //[ throw todo("5.5", frame, frame_seed(place), path);
  if (frame.size() < frame_end_bytes)
    return damaged_table(path, place.offset, "the block is cut short");
  std::string_view sum = frame.substr(frame.size() - sizeof(std::uint64_t));
  const std::string_view summed = frame.substr(0, frame.size() - sum.size());
  std::uint64_t expected = 0;
  if (!take_fixed64(sum, expected) || checksum(summed, frame_seed(place)) != expected) {
    return damaged_table(path, place.offset, "the block's checksum is not that of its bytes");
  }
  const auto how = static_cast<unsigned char>(summed.back());
  if (how > static_cast<unsigned char>(Compression::zstd)) {
    return damaged_table(path, place.offset,
                         "the block is compressed in a way that does not exist");
  }
  return FramedBlock{summed.substr(0, summed.size() - 1), static_cast<Compression>(how)};
  //]
}

Result<std::shared_ptr<const Table>> open_table(TableParts parts) {
  // LAB 5.5  Read the footer, whose place the file's size tells; then the rest (load).
  // Hint: a file with the right content under another's name is as good as damaged.
  //[ throw todo("5.5", parts, &BlockTable::load);
  const Result<std::uint64_t> size = parts.file->size();
  if (!size) return failure(size.error());
  std::string bytes(std::min<std::uint64_t>(*size, table_layout::footer_bytes), '\0');
  const Result<std::size_t> read = parts.file->read(*size - bytes.size(), bytes);
  if (!read) return failure(read.error());
  bytes.resize(*read);
  const Result<TableFooter> footer = decode_footer(bytes, *size, parts.path);
  if (!footer) return failure(footer.error());
  if (footer->number != parts.number) {
    return damaged_table(
        parts.path, *size - bytes.size(),
        fmt::format("this is table {}, and should be {}", footer->number, parts.number));
  }
  auto table = std::make_shared<BlockTable>(std::move(parts), *footer, *size);
  if (Status loaded = table->load(); !loaded) return failure(std::move(loaded));
  return table;
  //]
}

}  // namespace kv
