#pragma once

// What the engines that keep tables have in common: how they read the options of tables, and how
// they count.
//
// *Thread safety*: any thread. *Errors*: `invalid_argument` for an option that is out of range.

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "kv/options.h"
#include "persistence/table_archive.h"
#include "storage/lsm_store.h"

namespace kv {

// A memtable of that size stays in a processor's cache, by and large.
inline constexpr std::size_t default_write_buffer_bytes = std::size_t{4} << 20;
inline constexpr std::size_t default_block_cache_bytes = std::size_t{8} << 20;

// What the options say of tables.
Result<TableArchiveParts> table_parts(const Options& options);

// Adds a count to the figures.
inline void add_figure(Figures& figures, std::string_view name, std::uint64_t value) {
  figures[std::string(name)] = static_cast<double>(value);
}

// Adds what cache and tables have counted.
void add_table_figures(Figures& figures, const TableArchiveParts& parts);

// An engine's parts that count; shared by those who count and those who ask.
template <class Archive>
struct Counted {
  TableArchiveParts parts;
  Archive* archive = nullptr;  // lives as long as the store

  // Adds what the archive says that it has written, and what the other parts have counted.
  void add_to(Figures& figures, const typename Archive::Statistics& written) const {
    add_figure(figures, "tables", written.tables);
    add_figure(figures, "table_bytes", written.table_bytes);
    add_figure(figures, "write_outs", written.write_outs);
    add_figure(figures, "write_out_bytes", written.bytes_written);
    add_table_figures(figures, parts);
  }
};

}  // namespace kv
