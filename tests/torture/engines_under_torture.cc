#include "tests/torture/engines_under_torture.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "engines/engines.h"

namespace kv::torture {
namespace {

// Logs are made by whoever writes and by whoever opens; checkpoints and tables by background tasks
// and, after a crash, by whoever opens. (A writer that waits for room runs such a task then and
// there, and it is a background task still.)
constexpr Cell logged_makes[] = {
    {ChangingCall::preallocate, Phase::foreground},
    {ChangingCall::write, Phase::foreground},
    {ChangingCall::sync, Phase::foreground},
    {ChangingCall::sync_directory, Phase::foreground},
    {ChangingCall::create, Phase::background},
    {ChangingCall::append, Phase::background},
    {ChangingCall::sync, Phase::background},
    {ChangingCall::rename, Phase::background},
    {ChangingCall::sync_directory, Phase::background},
    {ChangingCall::unlink, Phase::background},
    {ChangingCall::create_directory, Phase::recovery},
    {ChangingCall::lock, Phase::recovery},
    {ChangingCall::create, Phase::recovery},
    {ChangingCall::append, Phase::recovery},
    {ChangingCall::preallocate, Phase::recovery},
    {ChangingCall::write, Phase::recovery},
    {ChangingCall::sync, Phase::recovery},
    {ChangingCall::rename, Phase::recovery},
    {ChangingCall::unlink, Phase::recovery},
    {ChangingCall::sync_directory, Phase::recovery},
};

// Tables that are merged are written, and removed, by tasks of their own.
constexpr Cell merging_makes[] = {
    {ChangingCall::create, Phase::compaction}, {ChangingCall::append, Phase::compaction},
    {ChangingCall::sync, Phase::compaction},   {ChangingCall::sync_directory, Phase::compaction},
    {ChangingCall::unlink, Phase::compaction},
};

constexpr auto lsm_makes = [] {
  std::array<Cell, std::size(logged_makes) + std::size(merging_makes)> all{};
  std::ranges::copy(merging_makes, std::ranges::copy(logged_makes, all.begin()).out);
  return all;
}();

// Of two functions of one name, those that the table's columns want.
constexpr EngineUnderTorture table[] = {
    {"wal", open_wal, open_wal, "checkpoint", logged_makes},
    {"sstable", open_sstable, open_sstable, "write-out", logged_makes},
    {"lsm", open_lsm, open_lsm, "write-out", lsm_makes},
};

}  // namespace

std::span<const EngineUnderTorture> engines_under_torture() { return table; }

Options options_under_torture(std::string directory, std::size_t log_bytes) {
  Options options;
  options.directory = std::move(directory);
  options.write_buffer_bytes = log_bytes;
  options.block_bytes = 256;
  options.block_cache_bytes = 1024;
  options.table_bytes = 2048;
  options.level1_bytes = 4096;
  return options;
}

}  // namespace kv::torture
