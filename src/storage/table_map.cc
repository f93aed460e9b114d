#include "storage/table_map.h"

#include <algorithm>

#include "base/checksum.h"
#include "base/coding.h"
#include "storage/block.h"
#include "storage/compression.h"
#include "storage/internal_key.h"

namespace kv {
namespace {

using table_layout::frame_end_bytes;

constexpr std::uint64_t most_hashed_bytes = std::uint64_t{4} << 30;

// Whether the bytes from `begin` to `end` are a frame.
bool is_frame(const TableFile& file, std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t summed_end = end - sizeof(std::uint64_t);
  std::string_view sum = file.bytes.substr(summed_end, sizeof(std::uint64_t));
  std::uint64_t expected = 0;
  return take_fixed64(sum, expected) && checksum(file.bytes.substr(begin, summed_end - begin),
                                                 frame_seed({file.number, begin})) == expected;
}

// Whether the byte may be the one that says how a block is compressed: few bytes may, and no
// checksum must be computed for the others.
bool says_how(char byte) {
  return static_cast<unsigned char>(byte) <= static_cast<unsigned char>(Compression::zstd);
}

// The frame that begins here.
std::optional<BlockHandle> frame_from(const TableFile& file, std::uint64_t begin) {
  std::uint64_t hashed = 0;
  for (std::uint64_t end = begin + frame_end_bytes; end <= file.bytes.size(); ++end) {
    if (!says_how(file.bytes[end - frame_end_bytes])) continue;
    if (is_frame(file, begin, end)) return BlockHandle{begin, end - begin - frame_end_bytes};
    hashed += end - begin;
    if (hashed > most_hashed_bytes) break;
  }
  return std::nullopt;
}

// The frame that ends here, and begins at `least` or behind.
std::optional<BlockHandle> frame_up_to(const TableFile& file, std::uint64_t least,
                                       std::uint64_t end) {
  if (end < least + frame_end_bytes || !says_how(file.bytes[end - frame_end_bytes]))
    return std::nullopt;
  std::uint64_t hashed = 0;
  for (std::uint64_t begin = end - frame_end_bytes;; --begin) {
    if (is_frame(file, begin, end)) return BlockHandle{begin, end - begin - frame_end_bytes};
    hashed += end - begin;
    if (begin == least || hashed > most_hashed_bytes) return std::nullopt;
  }
}

// The frames up to `end` that lead to each other from the front, and those that do from behind.
std::vector<BlockHandle> search(const TableFile& file, std::uint64_t end) {
  std::vector<BlockHandle> found;
  std::uint64_t front = 0;
  while (front < end) {
    const auto frame = frame_from(file, front);
    if (!frame) break;
    found.push_back(*frame);
    front = end_of(*frame);
  }
  const auto from_behind = static_cast<std::ptrdiff_t>(found.size());
  while (front < end) {
    const auto frame = frame_up_to(file, front, end);
    if (!frame) break;
    found.push_back(*frame);
    end = frame->offset;
  }
  std::reverse(found.begin() + from_behind, found.end());
  return found;
}

std::optional<TableIndex> index_in(const TableFile& file, const BlockHandle& handle) {
  Result<OpenedBlock> opened = open_part(file, handle, "");
  if (!opened) return std::nullopt;
  const std::size_t bytes = opened->bytes.size();
  const Result<std::unique_ptr<const Block>> block = make_block(std::move(opened->bytes));
  TableIndex index;
  if (!block || !index.load(**block, bytes)) return std::nullopt;
  return index;
}

bool holds_entries(const std::string& bytes) {
  const Result<std::unique_ptr<const Block>> block = make_block(bytes);
  if (!block) return false;
  const auto entries = (*block)->iterate(Direction::forward);
  return entries->next() && parse_internal_key(entries->key());
}

// What an intact frame is, by what it holds. The index begins with the first block, which is what
// tells it from data.
PartKind kind_of(const TableFile& file, const BlockHandle& handle) {
  const Result<OpenedBlock> opened = open_part(file, handle, "");
  if (!opened) return PartKind::data;
  if (decode_properties(opened->bytes, "")) return PartKind::properties;
  if (handle.offset > 0 && index_in(file, handle).value_or(TableIndex()).size() > 0) {
    return PartKind::index;
  }
  return holds_entries(opened->bytes) ? PartKind::data : PartKind::filter;
}

void add_data(TableMap& table, const TableFile& file) {
  if (table.index) {
    for (std::size_t at = 0; at < table.index->size(); ++at) {
      table.parts.push_back({PartKind::data, table.index->handle(at), at});
    }
    return;
  }
  for (const BlockHandle& handle : search(file, table.footer->filter.offset)) {
    table.parts.push_back({PartKind::data, handle});
  }
}

}  // namespace

std::string_view name_of(PartKind kind) {
  switch (kind) {
    case PartKind::data: return "data";
    case PartKind::filter: return "filter";
    case PartKind::index: return "index";
    case PartKind::properties: return "properties";
  }
  return "unknown";
}

TableMap find_parts(const TableFile& file, std::string_view path) {
  const std::size_t footer_bytes = std::min(file.bytes.size(), table_layout::footer_bytes);
  const std::size_t end = file.bytes.size() - footer_bytes;
  TableMap table{decode_footer(file.bytes.substr(end), file.bytes.size(), path), std::nullopt, {}};
  if (table.footer) {
    table.index = index_in(file, table.footer->index);
    add_data(table, file);
    table.parts.push_back({PartKind::filter, table.footer->filter});
    table.parts.push_back({PartKind::index, table.footer->index});
    table.parts.push_back({PartKind::properties, table.footer->properties});
    return table;
  }
  std::vector<FoundPart> others;
  for (const BlockHandle& handle : search(file, end)) {
    const PartKind kind = kind_of(file, handle);
    if (kind == PartKind::index) table.index = index_in(file, handle);
    others.push_back({kind, handle});
  }
  if (table.index) {
    // It tells of all data, also of what stands between damaged blocks.
    std::erase_if(others, [&](const FoundPart& part) {
      return part.kind == PartKind::data || part.handle.offset < table.index->end();
    });
    add_data(table, file);
  }
  table.parts.insert(table.parts.end(), others.begin(), others.end());
  return table;
}

Result<OpenedBlock> open_part(const TableFile& file, const BlockHandle& handle,
                              std::string_view path) {
  if (handle.offset > file.bytes.size() || handle.bytes > file.bytes.size() - handle.offset ||
      frame_end_bytes > file.bytes.size() - handle.offset - handle.bytes) {
    return damaged_table(path, handle.offset, "the block leads out of the file");
  }
  const auto frame = file.bytes.substr(handle.offset, handle.bytes + frame_end_bytes);
  const Result<FramedBlock> block = open_frame(frame, {file.number, handle.offset}, path);
  if (!block) return failure(block.error());
  auto bytes = uncompress(block->bytes, block->how, table_layout::max_block_bytes);
  if (!bytes) return damaged_table(path, handle.offset, bytes.error().message());
  return OpenedBlock{*std::move(bytes), block->how};
}

}  // namespace kv
