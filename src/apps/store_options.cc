#include "apps/store_options.h"

#include <CLI/CLI.hpp>
#include <string>

#include "apps/number_options.h"

namespace kv {
namespace {

void add_bytes(CLI::App& app, const std::string& option, std::optional<std::size_t>& value,
               const std::string& help) {
  app.add_option(option, value, help)->type_name(bytes_type)->transform(number_of_bytes());
}

template <class Value>
void add_name(CLI::App& app, const std::string& option, std::optional<Value>& value,
              Result<Value> (*value_of)(std::string_view), const std::string& help) {
  const auto set = [option, &value, value_of](const std::string& text) {
    const Result<Value> named = value_of(text);
    if (!named) throw CLI::ValidationError(option, named.error().message());
    value = *named;
  };
  app.add_option_function<std::string>(option, set, help)->type_name("NAME");
}

}  // namespace

void add_store_options(CLI::App& app, Options& options) {
  add_name(app, "--durability", options.durability, durability_of,
           "What a write survives: none, wal (a crash of the process) or sync (of the machine). By "
           "default, as with all that follow, the engine's own");
  add_bytes(
      app, "--write-buffer", options.write_buffer_bytes,
      "How much a persistent engine gathers before it puts it away elsewhere. K, M and G behind "
      "any number of bytes are powers of 1024");
  add_bytes(app, "--block-cache", options.block_cache_bytes,
            "For blocks of tables that were read; 0: none. Engines without tables do not look at "
            "this, nor at what follows");
  add_bytes(app, "--block-bytes", options.block_bytes,
            "Of a table's data block, before compression");
  app.add_option("--filter-bits", options.filter_bits_per_key,
                 "Of the tables' Bloom filters, for each key, up to 40; 0: none")
      ->type_name("N")
      ->transform(whole_number());
  add_name(app, "--compression", options.compression, compression_of,
           "Of tables' blocks: none, lz4 or zstd");
  add_bytes(app, "--table-bytes", options.table_bytes,
            "So large a compaction makes a table. Engines that do not compact do not look at "
            "this, nor at the next");
  add_bytes(app, "--level1-bytes", options.level1_bytes,
            "So much level 1 holds before it is compacted; each level below holds 10 times as "
            "much");
}

}  // namespace kv
