#include "storage/table_blocks.h"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "storage/compression.h"

namespace kv {
namespace {

// Of blocks up to this size it is not asked beforehand whether the file is that long: an ordinary
// read does without that call, and no lie in a handle takes more memory than this.
constexpr std::size_t ordinary_bytes = std::size_t{1} << 20;

// Names the file and the place in an error of whoever saw the block's bytes only.
std::unexpected<Error> placed(const TableParts& parts, const BlockHandle& handle,
                              const Error& error) {
  if (error.code() != Code::corruption) return failure(error);
  return damaged_table(parts.path, handle.offset, error.message());
}

Status check_size(const TableParts& parts, const BlockHandle& handle) {
  if (handle.bytes > table_layout::max_block_bytes) {
    return damaged_table(parts.path, handle.offset,
                         fmt::format("a block of {} bytes should begin here, and no block is "
                                     "larger than {}",
                                     handle.bytes, table_layout::max_block_bytes));
  }
  if (handle.bytes <= ordinary_bytes) return {};
  const Result<std::uint64_t> size = parts.file->size();
  if (!size) return failure(size.error());
  if (handle.offset <= *size && handle.bytes <= *size - handle.offset) return {};
  return damaged_table(parts.path, handle.offset,
                       fmt::format("a block of {} bytes should begin here, and the file has {}",
                                   handle.bytes, *size));
}

// The bytes of the handle's frame.
Result<std::string> read_frame(const TableParts& parts, const BlockHandle& handle) {
  if (Status fits = check_size(parts, handle); !fits) return failure(std::move(fits));
  const std::size_t wanted = handle.bytes + table_layout::frame_end_bytes;
  Result<std::size_t> count = 0;
  std::string frame;
  // In place of a string of zeros, that would be written over at once.
  frame.resize_and_overwrite(wanted, [&](char* bytes, std::size_t) {
    count = parts.file->read(handle.offset, std::span(bytes, wanted));
    return count ? *count : 0;
  });
  if (!count) return failure(std::move(count));
  if (*count == wanted) return frame;
  return damaged_table(parts.path, handle.offset,
                       fmt::format("a block of {} bytes should begin here, and the file ends after "
                                   "{}",
                                   handle.bytes, *count));
}

void note(Trace* trace, const BlockHandle& handle, std::string_view what) {
  if (trace != nullptr) trace->push_back(fmt::format("block at {}: {}", handle.offset, what));
}

}  // namespace

TableBlocks::TableBlocks(TableParts parts)
    : parts_(std::move(parts)), cache_file_(parts_.cache->new_file()) {}

TableBlocks::~TableBlocks() { parts_.cache->erase_file(cache_file_); }

Result<std::string> TableBlocks::read(const BlockHandle& handle) const {
  Result<std::string> frame = read_frame(parts_, handle);
  if (!frame) return frame;
  statistics().blocks_read.add();
  statistics().bytes_read.add(frame->size());
  const Result<FramedBlock> block = open_frame(*frame, {parts_.number, handle.offset}, parts_.path);
  if (!block) return failure(block.error());
  if (block->how == Compression::none) {
    // It is the frame without its end: that is cut off in place, nothing is copied.
    frame->resize(block->bytes.size());
    return frame;
  }
  Result<std::string> bytes = uncompress(block->bytes, block->how, table_layout::max_block_bytes);
  if (!bytes) return placed(parts_, handle, bytes.error());
  return bytes;
}

Result<std::shared_ptr<const Block>> TableBlocks::data_block(const BlockHandle& handle,
                                                             Trace* trace) const {
  const BlockCache::Key key{cache_file_, handle.offset};
  if (std::shared_ptr<const Block> block = parts_.cache->find(key)) {
    note(trace, handle, "from the cache");
    return block;
  }
  Result<std::shared_ptr<const Block>> block = data_block_past_cache(handle);
  if (!block) return block;
  note(trace, handle, "read from the file");
  parts_.cache->insert(key, *block);
  return block;
}

Result<std::shared_ptr<const Block>> TableBlocks::data_block_past_cache(
    const BlockHandle& handle) const {
  Result<std::string> bytes = read(handle);
  if (!bytes) return failure(std::move(bytes));
  Result<std::unique_ptr<const Block>> block = make_block(std::move(*bytes));
  if (!block) return placed(parts_, handle, block.error());
  return std::shared_ptr<const Block>(std::move(*block));
}

}  // namespace kv
