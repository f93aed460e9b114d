// Tables alone, beside LevelDB's: what it takes to write one, and to walk over it both ways. Each
// iteration is a round of two turns, one for each side, over the same entries (keys of 16 digits
// and a tag of 8 bytes, values of 100, of which half can be compressed) at the same settings:
// blocks of 4 KiB, a filter of 10 bits a key, no cache; none or LZ4 on our side, none or Snappy on
// theirs. No side syncs. The counters are the medians of the rounds' ratios, our entries per second
// by theirs, with the least and the most.
//
// The entries are copied out, as whoever scans does. LevelDB reads uncompressed blocks where its
// map of the file has them and believes them, as its default is; ours proves the checksum of each.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <leveldb/env.h>
#include <leveldb/filter_policy.h>
#include <leveldb/iterator.h>
#include <leveldb/options.h>
#include <leveldb/table.h>
#include <leveldb/table_builder.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/coding.h"
#include "base/file_system.h"
#include "base/random.h"
#include "storage/internal_key.h"
#include "storage/table.h"
#include "storage/table_writer.h"

namespace kv {
namespace {

constexpr std::size_t value_bytes = 100;
constexpr std::size_t bits_per_key = 10;

[[noreturn]] void give_up(std::string_view why) {
  fmt::print(stderr, "leveldb_table: {}\n", why);
  std::_Exit(1);
}

template <class T>
T taken(Result<T> result) {
  if (!result) give_up(result.error().text());
  return *std::move(result);
}

void must(const Status& status) {
  if (!status) give_up(status.error().text());
}

void must(const leveldb::Status& status) {
  if (!status.ok()) give_up(status.ToString());
}

struct Entries {
  explicit Entries(std::size_t count) {
    Random random(1);
    for (std::size_t i = 0; i < count; ++i) {
      keys.push_back(fmt::format("{:016}", i * 7));
      append_fixed64(keys.back(), pack_tag(i + 1, EntryKind::put));
      std::string value(value_bytes, 'v');
      for (std::size_t at = 0; at < value_bytes / 2; ++at) {
        value[at] = static_cast<char>(random.below(256));
      }
      values.push_back(std::move(value));
    }
  }

  std::vector<std::string> keys;
  std::vector<std::string> values;
};

// Who walks over a table to read what is in it: takes the bytes of each entry.
struct Reader {
  void take(std::string_view key, std::string_view value) {
    entry.assign(key);
    entry.append(value);
    benchmark::DoNotOptimize(entry.data());
    bytes += entry.size();
  }

  std::string entry;
  std::size_t bytes = 0;
};

class Folder {
 public:
  Folder() {
    path_ = (std::filesystem::temp_directory_path() / "kvdb-tables-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr) give_up("cannot make the folder " + path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string at(std::string_view name) const { return join(path_, name); }

 private:
  std::string path_;
};

// Either side writes the table of all entries, and walks over it.
class OurTable {
 public:
  explicit OurTable(bool compressed)
      : options_{.block_bytes = 4'096,
                 .filter_bits_per_key = bits_per_key,
                 .compression = compressed ? Compression::lz4 : Compression::none} {}

  void write(const Entries& entries) {
    const std::string path = folder_.at("table");
    std::filesystem::remove(path);
    const auto file = taken(FileSystem::posix().create(path));
    const auto writer = make_table_writer(*file, 1, options_);
    for (std::size_t i = 0; i < entries.keys.size(); ++i) {
      must(writer->add(entries.keys[i], entries.values[i]));
    }
    taken(writer->finish(1, entries.keys.size()));
  }

  void open() {
    const std::string path = folder_.at("table");
    table_ = taken(open_table({.file = taken(FileSystem::posix().open_for_lookups(path)),
                               .path = path,
                               .number = 1,
                               .cache = make_block_cache(0),
                               .statistics = std::make_shared<TableStatistics>()}));
  }

  std::size_t walk(Direction direction) const {
    const auto it = table_->iterate(direction);
    Reader reader;
    while (it->next()) reader.take(it->key(), it->value());
    must(it->status());
    return reader.bytes;
  }

 private:
  const Folder folder_;
  const TableOptions options_;
  std::shared_ptr<const Table> table_;
};

class TheirTable {
 public:
  bool verifies = false;  // whether a walk proves each block's checksum, as ours always does

  explicit TheirTable(bool compressed)
      : filter_(leveldb::NewBloomFilterPolicy(static_cast<int>(bits_per_key))) {
    options_.block_size = 4'096;
    options_.filter_policy = filter_.get();
    options_.compression = compressed ? leveldb::kSnappyCompression : leveldb::kNoCompression;
  }

  void write(const Entries& entries) {
    leveldb::WritableFile* opened = nullptr;
    must(options_.env->NewWritableFile(folder_.at("table"), &opened));
    const std::unique_ptr<leveldb::WritableFile> file(opened);
    leveldb::TableBuilder builder(options_, file.get());
    for (std::size_t i = 0; i < entries.keys.size(); ++i) {
      builder.Add(entries.keys[i], entries.values[i]);
    }
    must(builder.Finish());
    must(file->Close());
    bytes_ = builder.FileSize();
  }

  void open() {
    leveldb::RandomAccessFile* file = nullptr;
    must(options_.env->NewRandomAccessFile(folder_.at("table"), &file));
    file_.reset(file);
    leveldb::Table* table = nullptr;
    must(leveldb::Table::Open(options_, file, bytes_, &table));
    table_.reset(table);
  }

  std::size_t walk(Direction direction) const {
    leveldb::ReadOptions how;
    how.verify_checksums = verifies;
    const std::unique_ptr<leveldb::Iterator> it(table_->NewIterator(how));
    Reader reader;
    const bool forward = direction == Direction::forward;
    for (forward ? it->SeekToFirst() : it->SeekToLast(); it->Valid();
         forward ? it->Next() : it->Prev()) {
      reader.take({it->key().data(), it->key().size()}, {it->value().data(), it->value().size()});
    }
    must(it->status());
    return reader.bytes;
  }

 private:
  const Folder folder_;
  const std::unique_ptr<const leveldb::FilterPolicy> filter_;
  leveldb::Options options_;
  std::uint64_t bytes_ = 0;
  std::unique_ptr<leveldb::RandomAccessFile> file_;
  std::unique_ptr<leveldb::Table> table_;
};

template <class Turn>
double seconds(Turn turn) {
  const auto begin = std::chrono::steady_clock::now();
  turn();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Rounds of a turn of ours and a turn of theirs.
template <class OurTurn, class TheirTurn>
void beside(benchmark::State& state, OurTurn our_turn, TheirTurn their_turn, std::size_t entries) {
  std::vector<double> ratios;
  std::vector<double> ours;
  for (auto _ : state) {
    ours.push_back(seconds(our_turn));
    ratios.push_back(seconds(their_turn) / ours.back());
  }
  std::ranges::sort(ratios);
  std::ranges::sort(ours);
  state.counters["rate"] = ratios[ratios.size() / 2];
  state.counters["least"] = ratios.front();
  state.counters["most"] = ratios.back();
  state.counters["our_ns"] = ours[ours.size() / 2] * 1e9 / static_cast<double>(entries);
}

void build_beside_leveldb(benchmark::State& state) {
  const Entries entries(static_cast<std::size_t>(state.range(0)));
  OurTable ours(state.range(1) != 0);
  TheirTable theirs(state.range(1) != 0);
  beside(state, [&] { ours.write(entries); }, [&] { theirs.write(entries); }, entries.keys.size());
}

void scan_beside_leveldb(benchmark::State& state, Direction direction) {
  const Entries entries(static_cast<std::size_t>(state.range(0)));
  OurTable ours(state.range(1) != 0);
  TheirTable theirs(state.range(1) != 0);
  ours.write(entries);
  theirs.write(entries);
  ours.open();
  theirs.open();
  theirs.verifies = state.range(2) != 0;
  if (ours.walk(direction) != theirs.walk(direction)) give_up("the two tables do not agree");
  beside(
      state, [&] { benchmark::DoNotOptimize(ours.walk(direction)); },
      [&] { benchmark::DoNotOptimize(theirs.walk(direction)); }, entries.keys.size());
}

// A table of one write-out, and one that no cache of a processor holds.
const std::vector<std::int64_t> sizes = {30'000, 1'000'000};

BENCHMARK(build_beside_leveldb)
    ->ArgNames({"entries", "compressed"})
    ->ArgsProduct({sizes, {0, 1}})
    ->Iterations(11)
    ->Unit(benchmark::kMillisecond);

void scans(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"entries", "compressed", "theirs_verifies"})
      ->ArgsProduct({sizes, {0, 1}, {0, 1}})
      ->Iterations(11)
      ->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(scan_beside_leveldb, forward, Direction::forward)->Apply(scans);
BENCHMARK_CAPTURE(scan_beside_leveldb, reverse, Direction::reverse)->Apply(scans);

}  // namespace
}  // namespace kv
