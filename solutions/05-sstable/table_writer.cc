#include "storage/table_writer.h"

#include <cassert>
#include <optional>
#include <string>
#include <utility>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/todo.h"
#include "storage/block.h"
#include "storage/bloom_filter.h"
#include "storage/compression.h"
#include "storage/internal_key.h"

namespace kv {
namespace {

class FileTableWriter final : public TableWriter {
 public:
  FileTableWriter(AppendFile& file, TableNumber number, const TableOptions& options)
      : file_(file), number_(number), options_(options) {
    if (options.filter_bits_per_key == 0) return;
    filter_ = make_bloom_filter_builder(options.filter_bits_per_key);
  }

  Status add(std::string_view key, std::string_view value) override {
    // LAB 5.4  Add the entry to the block that is being filled, and to all that is told about the
    // entries (count). End the block when it is large enough. After a failure nothing is done any
    // more, here and below: failed_ says which it was.
    // Hint: the filter is asked for a user key, by whoever does not know its versions.
    //[ throw todo("5.4", key, value, failed_, filter_, block_, last_key_, options_);
    if (failed_) return failure(*failed_);
    count(key, value);
    if (filter_) filter_->add(user_key_of(key));
    block_->add(key, value);
    last_key_ = key;
    if (block_->bytes() < options_.block_bytes) return {};
    return end_block();
    //]
  }

  Result<TableProperties> finish(SequenceNumber first, SequenceNumber last) override {
    properties_.first_sequence = first;
    properties_.last_sequence = last;
    // LAB 5.4  Write what is left of the entries, then filter, index, properties and footer, as
    // storage/sstable.h draws them. The index is compressed as data blocks are; the filter and the
    // properties are not.
    //[ throw todo("5.4", failed_, filter_, block_, index_, properties_, number_, offset_);
    if (failed_) return failure(*failed_);
    if (block_->entries() > 0) {
      if (Status ended = end_block(); !ended) return failure(std::move(ended));
    }
    properties_.largest = last_key_;
    TableFooter footer{.filter = {}, .index = {}, .properties = {}, .number = number_};
    const std::string filter = filter_ ? filter_->finish() : std::string();
    Status written = write_block(filter, Compression::none, footer.filter);
    if (written) written = write_block(index_->finish(), options_.compression, footer.index);
    if (written) {
      written = write_block(encode_properties(properties_), Compression::none, footer.properties);
    }
    if (written) written = append(encode_footer(footer, offset_ + table_layout::footer_bytes));
    if (!written) return failure(std::move(written));
    return properties_;
    //]
  }

  std::uint64_t bytes() const override { return offset_ + block_->bytes(); }

 private:
  // Writes the block that is being filled, and its entry in the index.
  Status end_block() {
    // LAB 5.4  The index says by which key a block ends, and where it stands.
    //[ throw todo("5.4", block_, index_, properties_, last_key_, options_, handle_);
    BlockHandle handle;
    Status written = write_block(block_->finish(), options_.compression, handle);
    if (!written) return written;
    handle_.clear();
    append_handle(handle_, handle);
    index_->add(last_key_, handle_);
    ++properties_.data_blocks;
    return {};
    //]
  }

  // Writes a block in its frame, compressed where that pays, and says where it stands.
  Status write_block(std::string_view block, Compression how, BlockHandle& handle) {
    // LAB 5.4  Compress it into compressed_, frame it in frame_, and append that.
    //[ throw todo("5.4", block, how, handle, compressed_, frame_, number_, offset_);
    how = compress(block, how, compressed_);
    if (how != Compression::none) block = compressed_;
    frame_.clear();
    append_frame(frame_, block, how, {number_, offset_});
    handle = {.offset = offset_, .bytes = block.size()};
    return append(frame_);
    //]
  }

  // Appends to the file. A failure is remembered: how much of the bytes is there nobody knows.
  Status append(std::string_view bytes) {
    assert(!failed_);
    Status appended = file_.append(bytes);
    if (appended) {
      offset_ += bytes.size();
    } else {
      failed_ = appended.error();
    }
    return appended;
  }

  // Takes an entry into the properties, but for the largest key, which is known at the end.
  void count(std::string_view key, std::string_view value) {
    if (properties_.entries == 0) properties_.smallest = key;
    ++properties_.entries;
    properties_.data_bytes += key.size() + value.size();
    if ((tag_of(key) & 0xff) == static_cast<std::uint64_t>(EntryKind::tombstone)) {
      ++properties_.tombstones;
    }
  }

  AppendFile& file_;
  const TableNumber number_;
  const TableOptions options_;
  std::unique_ptr<BloomFilterBuilder> filter_;  // null: the table gets none
  const std::unique_ptr<BlockBuilder> block_ = make_block_builder(table_layout::restart_interval);
  const std::unique_ptr<BlockBuilder> index_ = make_block_builder(1);
  TableProperties properties_;
  std::uint64_t offset_ = 0;     // where the next byte of the file goes
  std::optional<Error> failed_;  // the first failure to write
  std::string last_key_;

  // Kept so that their memory is: a block is compressed, framed and listed in these.
  std::string compressed_;
  std::string frame_;
  std::string handle_;
};

}  // namespace

std::string encode_footer(const TableFooter& footer, std::uint64_t file_bytes) {
  // LAB 5.4  The 80 bytes, as storage/sstable.h draws them.
  //[ throw todo("5.4", footer, file_bytes);
  std::string out;
  for (const BlockHandle& handle : {footer.filter, footer.index, footer.properties}) {
    append_fixed64(out, handle.offset);
    append_fixed64(out, handle.bytes);
  }
  append_fixed64(out, footer.number);
  append_fixed32(out, table_layout::version);
  append_fixed32(out, 0);
  append_fixed64(out, checksum(out, file_bytes));
  out.append(table_layout::magic);
  return out;
  //]
}

void append_frame(std::string& out, std::string_view block, Compression how,
                  const FramePlace& place) {
  // LAB 5.4  The block, how it is compressed, and the checksum of both.
  // Hint: `out` may hold something already, which is none of the frame's business.
  //[ throw todo("5.4", out, block, how, frame_seed(place));
  const std::size_t begin = out.size();
  out.append(block);
  out.push_back(static_cast<char>(how));
  append_fixed64(out, checksum(std::string_view(out).substr(begin), frame_seed(place)));
  //]
}

std::unique_ptr<TableWriter> make_table_writer(AppendFile& file, TableNumber number,
                                               const TableOptions& options) {
  return std::make_unique<FileTableWriter>(file, number, options);
}

}  // namespace kv
