#include "tests/torture/engines_under_torture.h"

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

// Of two functions of one name, those that the table's columns want.
constexpr EngineUnderTorture table[] = {
    {"wal", open_wal, open_wal, "checkpoint", logged_makes},
    {"sstable", open_sstable, open_sstable, "write-out", logged_makes},
};

}  // namespace

std::span<const EngineUnderTorture> engines_under_torture() { return table; }

Options options_under_torture(std::string directory, std::size_t log_bytes) {
  Options options;
  options.directory = std::move(directory);
  options.write_buffer_bytes = log_bytes;
  options.block_bytes = 128;
  options.block_cache_bytes = 1024;
  return options;
}

}  // namespace kv::torture
