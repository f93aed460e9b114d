#include <fmt/format.h>

#include <utility>

#include "engines/engines.h"
#include "engines/logged.h"
#include "persistence/table_archive.h"
#include "storage/read_view.h"

namespace kv {
namespace {

// A memtable of that size stays in a processor's cache, by and large.
constexpr std::size_t default_write_buffer_bytes = std::size_t{4} << 20;
constexpr std::size_t default_block_cache_bytes = std::size_t{8} << 20;

Result<TableOptions> table_options(const Options& options) {
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
  constexpr std::size_t most_bits = 40;
  if (tables.filter_bits_per_key > most_bits) {
    return failure(Code::invalid_argument,
                   fmt::format("Options::filter_bits_per_key is {}; it may be 0 to {}",
                               tables.filter_bits_per_key, most_bits));
  }
  return tables;
}

// What the engine's parts count; shared by those who count and those who ask.
struct Counted {
  std::shared_ptr<BlockCache> cache;
  std::shared_ptr<TableStatistics> tables = std::make_shared<TableStatistics>();
  const TableArchive* archive = nullptr;  // lives as long as the store

  // All tables stand in one level.
  std::vector<Maintenance::Level> levels() const {
    const TableArchive::Statistics written = archive->statistics();
    if (written.tables == 0) return {};
    return {{.number = 0, .files = written.tables, .bytes = written.table_bytes}};
  }

  void add_to(Figures& figures) const {
    const TableArchive::Statistics written = archive->statistics();
    const BlockCache::Statistics cached = cache->statistics();
    const auto add = [&](std::string_view name, std::uint64_t value) {
      figures[std::string(name)] = static_cast<double>(value);
    };
    add("tables", written.tables);
    add("table_bytes", written.table_bytes);
    add("write_outs", written.write_outs);
    add("write_out_bytes", written.bytes_written);
    add("block_cache_hits", cached.hits);
    add("block_cache_misses", cached.misses);
    add("block_cache_bytes", cached.bytes);
    add("filter_asked", tables->filter_asked());
    add("filter_said_no", tables->filter_said_no.sum());
    add("filter_was_wrong", tables->filter_was_wrong.sum());
    add("blocks_read", tables->blocks_read.sum());
    add("block_bytes_read", tables->bytes_read.sum());
  }
};

}  // namespace

Result<std::unique_ptr<Store>> open_sstable(const Options& options,
                                            const Environment& environment) {
  Result<TableOptions> tables = table_options(options);
  if (!tables) return failure(std::move(tables));
  const auto counted = std::make_shared<Counted>(
      make_block_cache(options.block_cache_bytes.value_or(default_block_cache_bytes)));
  const auto make_archive = [written_as = *tables, counted](ArchivePlace place, std::size_t) {
    auto archive =
        make_table_archive(std::move(place), {written_as, counted->cache, counted->tables});
    counted->archive = archive.get();
    return archive;
  };
  return open_logged_store(options, environment,
                           {.name = "sstable",
                            .default_log_bytes = default_write_buffer_bytes,
                            .make_archive = make_archive,
                            .make_read_view = make_read_view,
                            .levels = [counted] { return counted->levels(); },
                            .count = [counted](Figures& figures) { counted->add_to(figures); }});
}

Result<std::unique_ptr<Store>> open_sstable(const Options& options) {
  Result<Environment> environment = real_environment();
  if (!environment) return failure(std::move(environment));
  return open_sstable(options, *environment);
}

}  // namespace kv
