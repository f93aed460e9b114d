#include "storage/compaction_simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "storage/internal_key.h"

namespace kv {
namespace {

// More jobs than that after one write-out, and the picker does not come to an end.
constexpr int most_jobs = 10'000;

// A number as a user key: its bytes, the most significant first, are in the order of the numbers.
std::string user_key(std::uint64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t at = bytes.size(); at > 0; number >>= 8) {
    bytes[--at] = static_cast<char>(number & 0xff);
  }
  return bytes;
}

std::string internal_key(std::uint64_t key, std::uint64_t write) {
  std::string bytes;
  append_internal_key(bytes, {user_key(key), write, EntryKind::put});
  return bytes;
}

std::unexpected<Error> wrong(const Compaction& job, std::string_view what) {
  return failure(Code::invalid_argument,
                 fmt::format("the picker's job of level {} into level {} ({}): {}", job.level,
                             job.into, job.reason, what));
}

}  // namespace

CompactionSimulation::CompactionSimulation(Picker picker, SimulationOptions options)
    : picker_(std::move(picker)), options_(options) {}

Status CompactionSimulation::write_out(std::span<const std::uint64_t> keys) {
  Entries written;
  written.reserve(keys.size());
  for (const std::uint64_t key : keys) written.push_back({key, ++writes_});
  if (written.empty()) return {};
  written = newest_of_each(std::move(written));
  Entries newest;
  newest.reserve(newest_.size() + written.size());
  std::ranges::set_union(written, newest_, std::back_inserter(newest), {}, &Entry::key,
                         &Entry::key);  // of equal keys, what was written just now
  newest_ = std::move(newest);
  add(0, 0, std::move(written));
  for (int jobs = 0; jobs < most_jobs; ++jobs) {
    const std::optional<Compaction> job = picker_(version_);
    if (!job) return {};
    if (Status done = run(*job); !done) return done;
  }
  return failure(Code::invalid_argument,
                 fmt::format("the picker still had something to do after {} jobs", most_jobs));
}

CompactionSimulation::Entries CompactionSimulation::newest_of_each(Entries entries) {
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return a.key != b.key ? a.key < b.key : a.write > b.write;
  });
  const auto behind = std::ranges::unique(entries, {}, &Entry::key);
  entries.erase(behind.begin(), behind.end());
  return entries;
}

// The entries become a table, which takes this place among those of the level.
void CompactionSimulation::add(std::size_t level, std::size_t place, Entries entries) {
  TableInfo table{.number = version_.next_table++,
                  .bytes = entries.size() * options_.entry_bytes,
                  .entries = entries.size(),
                  .first_sequence = std::ranges::min(entries, {}, &Entry::write).write,
                  .last_sequence = std::ranges::max(entries, {}, &Entry::write).write,
                  .smallest = internal_key(entries.front().key, entries.front().write),
                  .largest = internal_key(entries.back().key, entries.back().write)};
  std::vector<TableInfo>& tables = version_.levels[level];
  written_entries_ += entries.size();
  entries_[table.number] = std::move(entries);
  tables.insert(tables.begin() + static_cast<std::ptrdiff_t>(place), std::move(table));
}

// Where a table that begins with this key belongs. Requires: level > 0.
std::size_t CompactionSimulation::place_in(std::size_t level, std::uint64_t first_key) const {
  const std::vector<TableInfo>& tables = version_.levels[level];
  const std::string key = user_key(first_key);
  const auto behind = std::ranges::partition_point(
      tables, [&](const TableInfo& table) { return user_key_of(table.smallest) < key; });
  return static_cast<std::size_t>(behind - tables.begin());
}

Status CompactionSimulation::take_out(std::size_t level, const std::vector<TableInfo>& tables) {
  for (const TableInfo& table : tables) {
    std::vector<TableInfo>& there = version_.levels[level];
    const auto found = std::ranges::find(there, table);
    if (found == there.end()) {
      return failure(Code::invalid_argument,
                     fmt::format("level {} has no table {}", level, table.number));
    }
    there.erase(found);
  }
  return {};
}

Status CompactionSimulation::run(const Compaction& job) {
  if (job.tables.empty()) return wrong(job, "it has no tables");
  const bool is_near = job.into == job.level || job.into == job.level + 1;
  if (job.level >= level_count || job.into >= level_count || !is_near) {
    return wrong(job, "tables go one level down, or stay in their level");
  }
  if (is_move(job)) {
    if (Status taken = take_out(job.level, job.tables); !taken) return taken;
    for (const TableInfo& table : job.tables) {
      const std::size_t place = place_in(job.into, entries_[table.number].front().key);
      std::vector<TableInfo>& into = version_.levels[job.into];
      into.insert(into.begin() + static_cast<std::ptrdiff_t>(place), table);
    }
    ++moves_;
  } else {
    if (Status merged = merge(job); !merged) return merged;
    ++rewritings_;
  }
  const std::vector<TableInfo>& into = version_.levels[job.into];
  const auto overlaps_next = [](const TableInfo& table, const TableInfo& next) {
    return user_key_of(table.largest) >= user_key_of(next.smallest);
  };
  if (job.into > 0 && std::ranges::adjacent_find(into, overlaps_next) != into.end()) {
    return wrong(job, "then tables of that level overlap; the job left out what it overlaps there");
  }
  return {};
}

Status CompactionSimulation::merge(const Compaction& job) {
  const std::vector<TableInfo>& level = version_.levels[job.level];
  const auto newest = std::ranges::find(level, job.tables.front());
  std::size_t place = static_cast<std::size_t>(newest - level.begin());
  if (Status taken = take_out(job.level, job.tables); !taken) return taken;
  if (Status taken = take_out(job.into, job.overlapped); !taken) return taken;
  Entries merged;
  for (const auto* tables : {&job.tables, &job.overlapped}) {
    for (const TableInfo& table : *tables) {
      const auto gone = entries_.extract(table.number);
      merged.insert(merged.end(), gone.mapped().begin(), gone.mapped().end());
    }
  }
  merged = newest_of_each(std::move(merged));
  if (job.into == 0) {
    add(0, place, std::move(merged));
    return {};
  }
  for (std::size_t first = 0; first < merged.size(); first += options_.table_entries) {
    const auto begin = merged.begin() + static_cast<std::ptrdiff_t>(first);
    const std::size_t count = std::min(options_.table_entries, merged.size() - first);
    place = place_in(job.into, begin->key);
    add(job.into, place, Entries(begin, begin + static_cast<std::ptrdiff_t>(count)));
  }
  return {};
}

SimulatedCosts CompactionSimulation::costs() const {
  SimulatedCosts costs{.user_bytes = writes_ * options_.entry_bytes,
                       .written_bytes = written_entries_ * options_.entry_bytes,
                       .rewritings = rewritings_,
                       .moves = moves_};
  std::uint64_t bytes = 0;
  for (std::size_t level = 0; level < level_count; ++level) {
    costs.tables[level] = version_.levels[level].size();
    costs.bytes[level] = level_bytes(version_, level);
    bytes += costs.bytes[level];
  }
  if (newest_.empty()) return costs;
  const auto ratio = [](std::uint64_t a, std::uint64_t b) {
    return static_cast<double>(a) / static_cast<double>(b);
  };
  costs.write_amplification = ratio(costs.written_bytes, costs.user_bytes);
  costs.read_amplification = read_amplification();
  costs.space_amplification = ratio(bytes, newest_.size() * options_.entry_bytes);
  return costs;
}

double CompactionSimulation::read_amplification() const {
  std::uint64_t asked = 0;
  for (const auto& [number, entries] : entries_) {
    const auto first = std::ranges::lower_bound(newest_, entries.front().key, {}, &Entry::key);
    const auto behind = std::ranges::upper_bound(newest_, entries.back().key, {}, &Entry::key);
    asked += static_cast<std::uint64_t>(behind - first);
  }
  return static_cast<double>(asked) / static_cast<double>(newest_.size());
}

Status CompactionSimulation::check() const {
  std::unordered_map<std::uint64_t, std::uint64_t> found;  // by key, the write that a get finds
  for (const std::vector<TableInfo>& level : version_.levels) {
    for (const TableInfo& table : level) {
      for (const Entry& entry : entries_.at(table.number)) found.emplace(entry.key, entry.write);
    }
  }
  for (const Entry& newest : newest_) {
    const auto at = found.find(newest.key);
    if (at != found.end() && at->second == newest.write) continue;
    return failure(Code::invalid_argument,
                   fmt::format("a get of key {} does not find what was written last", newest.key));
  }
  return {};
}

}  // namespace kv
