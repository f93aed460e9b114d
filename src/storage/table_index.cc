#include "storage/table_index.h"

#include <fmt/format.h>

#include <algorithm>

namespace kv {
namespace {

// No file has more; so that sums of offsets and sizes do not wrap around.
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 60;

std::unexpected<Error> wrong(std::string_view what) {
  return failure(Code::corruption, fmt::format("the index is wrong: {}", what));
}

// The first eight bytes as a number that is ordered as they are; what is missing counts as zeros.
std::uint64_t head_of(std::string_view bytes) {
  std::uint64_t head = 0;
  for (std::size_t at = 0; at < sizeof(head); ++at) {
    head = head << 8 | (at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0);
  }
  return head;
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
  make_heads();
  return entries->status();
}

void TableIndex::make_heads() {
  if (size() == 0) return;
  // What the first and the last have in common, all between them have too: they are in order.
  const std::string_view first = user_key_of(last_key(0));
  const std::string_view last = user_key_of(last_key(size() - 1));
  const auto differ = std::ranges::mismatch(first, last);
  common_bytes_ = static_cast<std::size_t>(differ.in1 - first.begin());
  heads_.reserve(size());
  for (std::size_t at = 0; at < size(); ++at) {
    heads_.push_back(head_of(user_key_of(last_key(at)).substr(common_bytes_)));
  }
}

TableIndex::Probe::Probe(const TableIndex& index, std::string_view internal_key)
    : index_(index), key_(internal_key), place_(Place::within) {
  if (index.size() == 0) return;
  const std::string_view user_key = user_key_of(internal_key);
  const std::string_view common = index.last_key(0).substr(0, index.common_bytes_);
  const int order = user_key.substr(0, common.size()).compare(common);
  if (order != 0) {
    place_ = order < 0 ? Place::before_all : Place::behind_all;
  } else {
    head_ = head_of(user_key.substr(common.size()));
  }
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
