#include "engines/tables.h"

#include <fmt/format.h>

#include <utility>

#include "storage/bloom_filter.h"

namespace kv {

Result<TableArchiveParts> table_parts(const Options& options) {
  TableOptions tables;
  tables.block_bytes = options.block_bytes.value_or(tables.block_bytes);
  tables.filter_bits_per_key = options.filter_bits_per_key.value_or(tables.filter_bits_per_key);
  tables.compression = options.compression.value_or(tables.compression);
  constexpr std::size_t smallest_block = 64;
  constexpr std::size_t largest_block = std::size_t{16} << 20;
  if (tables.block_bytes < smallest_block || tables.block_bytes > largest_block) {
    return failure(Code::invalid_argument,
                   fmt::format("Options::block_bytes is {}; it may be {} to {}", tables.block_bytes,
                               smallest_block, largest_block));
  }
  if (tables.filter_bits_per_key > most_bits_per_key) {
    return failure(Code::invalid_argument,
                   fmt::format("Options::filter_bits_per_key is {}; it may be 0 to {}",
                               tables.filter_bits_per_key, most_bits_per_key));
  }
  return TableArchiveParts{
      tables, make_block_cache(options.block_cache_bytes.value_or(default_block_cache_bytes)),
      std::make_shared<TableStatistics>()};
}

void add_table_figures(Figures& figures, const TableArchiveParts& parts) {
  const BlockCache::Statistics cached = parts.cache->statistics();
  const TableStatistics& tables = *parts.statistics;
  add_figure(figures, "block_cache_hits", cached.hits);
  add_figure(figures, "block_cache_misses", cached.misses);
  add_figure(figures, "block_cache_bytes", cached.bytes);
  add_figure(figures, "filter_asked", tables.filter_asked());
  add_figure(figures, "filter_said_no", tables.filter_said_no.sum());
  add_figure(figures, "filter_was_wrong", tables.filter_was_wrong.sum());
  add_figure(figures, "blocks_read", tables.blocks_read.sum());
  add_figure(figures, "block_bytes_read", tables.bytes_read.sum());
}

}  // namespace kv
