#include <fmt/format.h>

#include <utility>

#include "engines/engines.h"
#include "engines/logged.h"
#include "engines/tables.h"
#include "persistence/level_archive.h"
#include "storage/merged_view.h"

namespace kv {
namespace {

constexpr std::uint64_t default_table_bytes = std::uint64_t{2} << 20;
constexpr std::uint64_t largest_table_bytes = std::uint64_t{1} << 30;
constexpr std::uint64_t smallest_bytes = 1024;

void add_compaction_figures(Figures& figures, const LevelArchive::Statistics& written) {
  const CompactionStatistics& compacted = written.compaction;
  add_figure(figures, "compactions", compacted.compactions);
  add_figure(figures, "compaction_moves", compacted.moves);
  for (std::size_t level = 0; level < level_count; ++level) {
    const std::uint64_t jobs = compacted.jobs_of_level[level];
    if (jobs > 0) add_figure(figures, fmt::format("compactions_of_level_{}", level), jobs);
  }
  add_figure(figures, "compaction_bytes_read", compacted.bytes_read);
  add_figure(figures, "compaction_bytes_written", compacted.bytes_written);
  add_figure(figures, "compaction_entries_dropped", compacted.entries_dropped);
  add_figure(figures, "writes_slowed_by_level0", compacted.writes_slowed);
  add_figure(figures, "writes_stopped_by_level0", compacted.writes_stopped);
  add_figure(figures, "writes_stopped_us", compacted.stall_us);
  if (written.bytes_written > 0) {
    figures["write_amplification"] =
        static_cast<double>(written.bytes_written + compacted.bytes_written) /
        static_cast<double>(written.bytes_written);
  }
}

// All bytes ÷ those of the last level, where (below level 0) a key stands once: what is above may
// be out of date.
void add_space_amplification(Figures& figures, const std::vector<Maintenance::Level>& levels) {
  if (levels.empty()) return;
  std::uint64_t bytes = 0;
  for (const Maintenance::Level& level : levels) bytes += level.bytes;
  figures["space_amplification"] =
      static_cast<double>(bytes) / static_cast<double>(levels.back().bytes);
}

void count(const Counted<LevelArchive>& counted, Figures& figures) {
  const LevelArchive::Statistics written = counted.archive->statistics();
  counted.add_to(figures, written);
  add_compaction_figures(figures, written);
  add_space_amplification(figures, counted.archive->levels());
}

Result<CompactorOptions> compaction_options(const Options& options,
                                            const Environment& environment) {
  LeveledOptions leveled;
  leveled.level1_bytes = options.level1_bytes.value_or(leveled.level1_bytes);
  leveled.multiplier = options.level_multiplier.value_or(leveled.multiplier);
  if (leveled.multiplier < 2) {
    return failure(
        Code::invalid_argument,
        fmt::format("Options::level_multiplier is {}; the least is 2", leveled.multiplier));
  }
  const std::uint64_t table_bytes = options.table_bytes.value_or(default_table_bytes);
  if (table_bytes < smallest_bytes || table_bytes > largest_table_bytes) {
    return failure(Code::invalid_argument,
                   fmt::format("Options::table_bytes is {}; it may be {} to {}", table_bytes,
                               smallest_bytes, largest_table_bytes));
  }
  if (leveled.level1_bytes < smallest_bytes) {
    return failure(Code::invalid_argument,
                   fmt::format("Options::level1_bytes is {}; the least is {}", leveled.level1_bytes,
                               smallest_bytes));
  }
  return CompactorOptions{
      .picker = [leveled](const Version& version) { return pick_leveled(version, leveled); },
      .table_bytes = table_bytes,
      .drop = options.compaction_filter,
      .executor =
          environment.compaction_executor ? environment.compaction_executor : environment.executor,
      .warn = environment.warn,
      .pause = environment.pause};
}

}  // namespace

Result<std::unique_ptr<Store>> open_lsm(const Options& options, const Environment& environment) {
  Result<TableArchiveParts> parts = table_parts(options);
  if (!parts) return failure(std::move(parts));
  Result<CompactorOptions> compaction = compaction_options(options, environment);
  if (!compaction) return failure(std::move(compaction));
  const auto counted = std::make_shared<Counted<LevelArchive>>(*std::move(parts));
  const auto make_archive = [counted, with = *std::move(compaction)](ArchivePlace place,
                                                                     std::size_t) {
    auto archive = make_level_archive(std::move(place), counted->parts, with);
    counted->archive = archive.get();
    return archive;
  };
  return open_logged_store(
      options, environment,
      {.name = "lsm",
       .takes_over = "sstable",
       .default_log_bytes = default_write_buffer_bytes,
       .make_archive = make_archive,
       .make_read_view = make_merged_view,
       .make_room =
           [counted](const Context& context) { return counted->archive->make_room(context); },
       .compact = [counted](
                      const Range& range,
                      const Context& context) { return counted->archive->compact(range, context); },
       .levels = [counted] { return counted->archive->levels(); },
       .count = [counted](Figures& figures) { count(*counted, figures); }});
}

Result<std::unique_ptr<Store>> open_lsm(const Options& options) {
  // One for write-outs, one for compactions.
  Result<Environment> environment = real_environment(2);
  if (!environment) return failure(std::move(environment));
  return open_lsm(options, *environment);
}

}  // namespace kv
