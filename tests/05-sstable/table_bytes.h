#pragma once

// Tables as bytes, put together and taken apart by the drawing in storage/sstable.h and by nothing
// of the lab's: what a case reads does not hang on what the lab writes, nor the other way round.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/checksum.h"
#include "base/coding.h"
#include "storage/compression.h"
#include "storage/sstable.h"
#include "tests/05-sstable/block_bytes.h"
#include "tests/05-sstable/bloom_bytes.h"

namespace kv::test {

inline std::string_view view_of_user_key(std::string_view internal_key) {
  return internal_key.substr(0, internal_key.size() - tag_bytes);
}

// The filter of these keys with 10 bits for each and 7 probes.
inline std::string filter_of(const std::vector<std::string>& keys) {
  return filter_of(keys, std::max<std::size_t>(8, (keys.size() * 10 + 7) / 8), 7);
}

// Whether all bits of the key are set.
inline bool drawn_may_contain(std::string_view filter, std::string_view key) {
  const auto probes = static_cast<unsigned char>(filter.back());
  return std::ranges::all_of(bits_of(key, (filter.size() - 1) * 8, probes),
                             [&](std::size_t bit) { return has_bit(filter, bit); });
}

// The frame of a block of table 7, or another.
inline std::string framed_block(std::string_view block, Compression how, std::uint64_t offset,
                                TableNumber number = 7) {
  std::string frame(block);
  frame += static_cast<char>(how);
  append_fixed64(frame, checksum(frame, offset ^ (number << 40 | number >> 24)));
  return frame;
}

// The end of a footer, behind what the checksum covers.
inline std::string footer_end(std::string_view summed, std::uint64_t file_bytes) {
  std::string end;
  append_fixed64(end, checksum(summed, file_bytes));
  return end + "kvdb.sst";
}

inline std::string footer_bytes(const TableFooter& footer, std::uint64_t file_bytes,
                                std::uint32_t version = 1, std::uint32_t zero = 0) {
  std::string bytes;
  for (const BlockHandle& handle : {footer.filter, footer.index, footer.properties}) {
    append_fixed64(bytes, handle.offset);
    append_fixed64(bytes, handle.bytes);
  }
  append_fixed64(bytes, footer.number);
  append_fixed32(bytes, version);
  append_fixed32(bytes, zero);
  return bytes + footer_end(bytes, file_bytes);
}

inline std::string handle_bytes(const BlockHandle& handle) {
  std::string bytes;
  append_varint(bytes, handle.offset);
  append_varint(bytes, handle.bytes);
  return bytes;
}

// A table under construction. What is written behind the data blocks may be changed before.
class TableBytes {
 public:
  explicit TableBytes(TableNumber number = 7) { footer.number = number; }

  // A data block with these entries. Where it begins.
  std::uint64_t add_block(const BlockEntries& entries, Compression how = Compression::none) {
    if (properties.entries == 0) properties.smallest = entries.front().key;
    for (const auto& [key, value] : entries) {
      ++properties.entries;
      properties.data_bytes += key.size() + value.size();
      if (key[key.size() - tag_bytes] == '\0') ++properties.tombstones;
      if (user_keys.empty() || user_keys.back() != view_of_user_key(key)) {
        user_keys.emplace_back(view_of_user_key(key));
      }
    }
    properties.largest = entries.back().key;
    return add_bytes(entries.back().key, block_of(entries, 16), how);
  }

  // A data block of these bytes, which are said to end with this key.
  std::uint64_t add_bytes(const std::string& last_key, const std::string& block,
                          Compression how = Compression::none) {
    const BlockHandle handle = append(block, how);
    ++properties.data_blocks;
    index.push_back({last_key, handle_bytes(handle)});
    return handle.offset;
  }

  // The whole file. Nothing may be added any more.
  std::string finish() {
    footer.filter = append(filter ? *filter : filter_of(user_keys), Compression::none);
    footer.index = append(index_block ? *index_block : block_of(index, 1), Compression::none);
    footer.properties = append(encode_properties(properties), Compression::none);
    return bytes_ + footer_bytes(footer, bytes_.size() + 80);
  }

  TableFooter footer;  // known after finish, but for the number
  TableProperties properties{
      .smallest = {}, .largest = {}, .first_sequence = 1, .last_sequence = 100};
  BlockEntries index;
  std::optional<std::string> index_block;  // in place of one with `index`
  std::optional<std::string> filter;       // in place of one with the user keys
  std::vector<std::string> user_keys;

 private:
  BlockHandle append(std::string block, Compression how) {
    std::string smaller;
    how = compress(block, how, smaller);
    if (how != Compression::none) block = smaller;
    const BlockHandle handle{bytes_.size(), block.size()};
    bytes_ += framed_block(block, how, handle.offset, footer.number);
    return handle;
  }

  std::string bytes_;
};

// A table of these entries in blocks of so many.
inline TableBytes table_in_blocks(const BlockEntries& entries, std::size_t entries_in_block,
                                  Compression how = Compression::none) {
  TableBytes table;
  for (std::size_t i = 0; i < entries.size(); i += entries_in_block) {
    const auto begin = entries.begin() + static_cast<std::ptrdiff_t>(i);
    const auto left = static_cast<std::ptrdiff_t>(std::min(entries_in_block, entries.size() - i));
    table.add_block(BlockEntries(begin, begin + left), how);
  }
  return table;
}

// The entries of a block that is one.
inline BlockEntries entries_in(std::string_view block) {
  std::string_view end = block.substr(block.size() - 4);
  std::uint32_t restarts = 0;
  static_cast<void>(take_fixed32(end, restarts));
  std::string_view rest = block.substr(0, block.size() - 4 * (std::size_t{restarts} + 1));
  BlockEntries entries;
  std::string key;
  while (!rest.empty()) {
    std::array<std::uint64_t, 3> lengths{};
    for (std::uint64_t& length : lengths) {
      if (!take_varint(rest, length)) return entries;
    }
    key.resize(lengths[0]);
    key += rest.substr(0, lengths[1]);
    entries.push_back({key, std::string(rest.substr(lengths[1], lengths[2]))});
    rest.remove_prefix(lengths[1] + lengths[2]);
  }
  return entries;
}

// A block of a table's file, taken out of its frame; `broken` says what is wrong with that.
struct DrawnBlock {
  std::uint64_t offset = 0;
  Compression how = Compression::none;
  std::string bytes;
  std::string broken;
};

inline DrawnBlock drawn_frame(std::string_view file, const BlockHandle& handle,
                              TableNumber number) {
  DrawnBlock drawn{.offset = handle.offset, .how = {}, .bytes = {}, .broken = "reaches too far"};
  if (handle.offset > file.size() || handle.bytes + 9 > file.size() - handle.offset) return drawn;
  const std::string_view bytes = file.substr(handle.offset, handle.bytes);
  drawn.how = static_cast<Compression>(file[handle.offset + handle.bytes]);
  drawn.broken = "checksum is wrong";
  if (framed_block(bytes, drawn.how, handle.offset, number) !=
      file.substr(handle.offset, handle.bytes + 9)) {
    return drawn;
  }
  auto uncompressed = uncompress(bytes, drawn.how, std::size_t{1} << 30);
  drawn.broken = drawn.how == Compression::none || uncompressed ? "" : "does not uncompress";
  drawn.bytes = drawn.how == Compression::none ? bytes : uncompressed ? *uncompressed : "";
  return drawn;
}

// A whole table, taken apart. Where the footer is wrong, nothing of it is there.
struct DrawnTable {
  std::string broken = "no footer";
  TableFooter footer;
  std::vector<DrawnBlock> data;
  BlockEntries index;
  DrawnBlock filter;
  DrawnBlock index_block;
  Result<TableProperties> properties = TableProperties{};

  explicit DrawnTable(std::string_view file) {
    if (file.size() < 80) return;
    std::string_view rest = file.substr(file.size() - 80);
    for (BlockHandle* const handle : {&footer.filter, &footer.index, &footer.properties}) {
      static_cast<void>(take_fixed64(rest, handle->offset) && take_fixed64(rest, handle->bytes));
    }
    static_cast<void>(take_fixed64(rest, footer.number));
    if (footer_bytes(footer, file.size()) != file.substr(file.size() - 80)) return;
    broken.clear();
    filter = drawn_frame(file, footer.filter, footer.number);
    index_block = drawn_frame(file, footer.index, footer.number);
    const DrawnBlock bytes = drawn_frame(file, footer.properties, footer.number);
    properties = decode_properties(bytes.bytes, "the table");
    broken = filter.broken + index_block.broken + bytes.broken;
    if (!index_block.broken.empty()) return;
    index = entries_in(index_block.bytes);
    for (const BlockEntry& entry : index) {
      BlockHandle handle;
      std::string_view value = entry.value;
      static_cast<void>(take_varint(value, handle.offset) && take_varint(value, handle.bytes));
      data.push_back(drawn_frame(file, handle, footer.number));
      broken += data.back().broken;
    }
  }

  // All entries of all data blocks.
  BlockEntries entries() const {
    BlockEntries all;
    for (const DrawnBlock& block : data) {
      for (BlockEntry& entry : entries_in(block.bytes)) all.push_back(std::move(entry));
    }
    return all;
  }
};

}  // namespace kv::test
