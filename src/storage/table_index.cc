#include "storage/table_index.h"

#include <fmt/format.h>

#include "storage/internal_key.h"

namespace kv {
namespace {

// No file has more; so that sums of offsets and sizes do not wrap around.
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 60;

std::unexpected<Error> wrong(std::string_view what) {
  return failure(Code::corruption, fmt::format("the index is wrong: {}", what));
}

}  // namespace

Status TableIndex::load(const Block& block, std::size_t block_bytes) {
  const auto entries = block.iterate(Direction::forward);
  while (entries->next()) {
    const std::string_view key = entries->key();
    if (!parse_internal_key(key)) return wrong("one of its keys is none");
    if (size() > 0 && !internal_key_less(last_key(size() - 1), key)) {
      return wrong("its keys do not ascend");
    }
    std::string_view rest = entries->value();
    BlockHandle handle;
    if (!take_handle(rest, handle) || !rest.empty() || handle.offset != end() ||
        handle.bytes > most_bytes || end() > most_bytes) {
      return wrong("a handle does not lead to where the block before ended");
    }
    // With a restart point at each entry the keys stand in the block in full. Where they share
    // bytes all the same, few could stand for more than there is memory.
    if (keys_.size() + key.size() > block_bytes) return wrong("its keys are more than it holds");
    keys_.append(key);
    key_ends_.push_back(keys_.size());
    offsets_.push_back(end() + handle.bytes + table_layout::frame_end_bytes);
  }
  return entries->status();
}

Status check_parts(const TableFooter& footer, const TableIndex& index,
                   const TableProperties& properties, std::uint64_t file_bytes,
                   std::string_view path) {
  std::uint64_t end = index.end();
  for (const BlockHandle& handle : {footer.filter, footer.index, footer.properties}) {
    if (handle.offset != end) return damaged_table(path, end, "another block should stand here");
    end += handle.bytes + table_layout::frame_end_bytes;
  }
  if (end + table_layout::footer_bytes != file_bytes) {
    return damaged_table(path, end, "the footer should stand here");
  }
  const std::size_t blocks = index.size();
  const bool agree = properties.data_blocks == blocks &&
                     (blocks == 0 || properties.largest == index.last_key(blocks - 1));
  if (agree) return {};
  return damaged_table(path, footer.properties.offset, "the properties are not those of the index");
}

}  // namespace kv
