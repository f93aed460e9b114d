#pragma once

// A table's bytes with their checksums set right (summed.h tells why).

#include <cstdint>
#include <string>
#include <string_view>

#include "base/checksum.h"
#include "base/coding.h"
#include "storage/block.h"
#include "storage/sstable.h"
#include "tests/fuzz/summed.h"

namespace kv::fuzz {

// The checksum of the frame of this table that the handle leads to, if it lies in front of the
// footer.
inline bool sum_frame(std::string& bytes, const BlockHandle& handle, TableNumber number) {
  constexpr std::size_t end_bytes = table_layout::frame_end_bytes;
  const std::uint64_t room = bytes.size() - table_layout::footer_bytes;
  if (handle.offset > room || room - handle.offset < end_bytes ||
      handle.bytes > room - handle.offset - end_bytes) {
    return false;
  }
  const std::string_view summed =
      std::string_view(bytes).substr(handle.offset, handle.bytes + end_bytes - 8);
  put_fixed64(bytes, handle.offset + summed.size(),
              checksum(summed, frame_seed({number, handle.offset})));
  return true;
}

// Those of the footer, of the blocks that it leads to, and of those that the index does, as long as
// it is not compressed.
inline std::string summed_table(std::string_view file) {
  std::string bytes(file);
  if (bytes.size() < table_layout::footer_bytes) return bytes;
  const std::size_t begin = bytes.size() - table_layout::footer_bytes;
  bytes.replace(bytes.size() - table_layout::magic.size(), table_layout::magic.size(),
                table_layout::magic);
  put_fixed64(bytes, begin + 64, checksum(std::string_view(bytes).substr(begin, 64), bytes.size()));

  std::string_view rest = std::string_view(bytes).substr(begin);
  TableFooter footer;
  bool whole = true;
  for (BlockHandle* const handle : {&footer.filter, &footer.index, &footer.properties}) {
    whole = whole && take_fixed64(rest, handle->offset) && take_fixed64(rest, handle->bytes);
  }
  if (!whole || !take_fixed64(rest, footer.number)) return bytes;
  const bool has_index = sum_frame(bytes, footer.index, footer.number);
  sum_frame(bytes, footer.filter, footer.number);
  sum_frame(bytes, footer.properties, footer.number);
  if (!has_index) return bytes;
  const auto index = make_block(bytes.substr(footer.index.offset, footer.index.bytes));
  if (!index) return bytes;
  const auto entries = (*index)->iterate(Direction::forward);
  while (entries->next()) {
    std::string_view value = entries->value();
    BlockHandle handle;
    if (take_handle(value, handle)) sum_frame(bytes, handle, footer.number);
  }
  return bytes;
}

}  // namespace kv::fuzz
