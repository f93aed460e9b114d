#include "engines/table.h"

#include <fmt/format.h>

#include "base/quote.h"
#include "engines/engines.h"

namespace kv {
namespace {

constexpr Engine table[] = {
    {"map", "an ordered tree in memory, copied for scans", false, open_map},
    {"hash", "a hash table in memory with striped locks, copied for scans", false, open_hash},
    {"memtable", "a skip list in memory, read without locks at a sequence number", false,
     open_memtable},
    {"wal", "the memtable with a write-ahead log: what was acknowledged survives", true, open_wal},
    {"sstable", "memtables that are written out to sorted tables: more than fits into memory", true,
     open_sstable},
    {"lsm", "tables that are merged in levels: a whole log-structured merge tree", true, open_lsm},
};

}  // namespace

std::span<const Engine> engines() { return table; }

const Engine* find_engine(std::string_view name) {
  for (const Engine& engine : table) {
    if (engine.name == name) return &engine;
  }
  return nullptr;
}

Result<std::unique_ptr<Store>> open_engine(std::string_view name, const Options& options) {
  if (const Engine* engine = find_engine(name)) return engine->open(options);
  std::string known;
  for (const Engine& engine : table) {
    known.append(known.empty() ? "" : ", ").append(engine.name);
  }
  return failure(Code::invalid_argument,
                 fmt::format("no engine is called {}; there are: {}", abbreviated(name), known));
}

}  // namespace kv
