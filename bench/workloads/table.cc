#include "bench/workloads/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace kv::bench {
namespace {

constexpr std::array<std::string_view, 11> head = {
    "system", "ops/s", "us/op", "p50", "p99", "p99.9", "max", "memory", "disk", "written", "ratio"};
using Cells = std::array<std::string, head.size()>;

std::string ratio_text(const std::optional<Spread>& ratio) {
  return ratio ? spread_text(*ratio) : "-";
}

Cells cells_of(const Row& row) {
  Cells cells;
  cells.fill("-");
  cells[0] = row.system;
  cells.back() = ratio_text(row.ratio);
  if (!row.figures) return cells;
  const Figures& figures = *row.figures;
  cells[1] = fmt::format("{:.0f}", figures.operations_per_second);
  cells[2] = figure_text(figures.micros_per_operation);
  if (figures.sampled) {
    cells[3] = figure_text(figures.p50_us);
    cells[4] = figure_text(figures.p99_us);
    cells[5] = figure_text(figures.p999_us);
    cells[6] = figure_text(figures.max_us);
  }
  cells[7] = fmt::format("{:.1f}", figures.memory_mib);
  if (figures.disk_mib) cells[8] = fmt::format("{:.1f}", *figures.disk_mib);
  if (figures.written_mib) cells[9] = fmt::format("{:.1f}", *figures.written_mib);
  return cells;
}

std::string extent_text(const Extent& extent) {
  if (extent.operations > 0 && extent.seconds > 0)
    return fmt::format("{} operations or {} s", extent.operations, extent.seconds);
  return extent.operations > 0 ? fmt::format("{} operations", extent.operations)
                               : fmt::format("{} s", extent.seconds);
}

// A number that may be the engine's own.
std::string own_or(const std::optional<std::uint64_t>& number, std::string_view unit) {
  return number ? fmt::format("{} {}", *number, unit) : "the engine's own";
}

}  // namespace

std::string figure_text(double value) {
  return value < 99.95 ? fmt::format("{:#.3g}", value) : fmt::format("{:.0f}", value);
}

std::string spread_text(const Spread& spread) {
  return fmt::format("{} [{} ... {}]", figure_text(spread.median), figure_text(spread.least),
                     figure_text(spread.most));
}

std::string settings_text(const Settings& settings) {
  return fmt::format(
      "entries {}, keys {} bytes, values {} bytes, compressible {}, threads {}\n"
      "operations {}, warm-up {}, distribution {}, durability {}, write buffer {}, seed {}\n"
      "of tables: block cache {}, compression {}, filter {}, blocks {}, tables {}, level 1 {}\n",
      settings.entries, settings.key_bytes, settings.value_bytes, settings.compressible,
      settings.threads,
      settings.measured.none() ? "as many as entries" : extent_text(settings.measured),
      settings.warm_up.none() ? "none" : extent_text(settings.warm_up),
      settings.distribution ? name(*settings.distribution) : "the workload's own",
      settings.store.durability ? name(*settings.store.durability)
                                : "the engine's own: wal on disk, none in memory",
      own_or(settings.store.write_buffer_bytes, "bytes"), settings.seed,
      own_or(settings.store.block_cache_bytes, "bytes"),
      settings.store.compression ? name(*settings.store.compression) : "the engine's own",
      own_or(settings.store.filter_bits_per_key, "bits a key"),
      own_or(settings.store.block_bytes, "bytes"), own_or(settings.store.table_bytes, "bytes"),
      own_or(settings.store.level1_bytes, "bytes"));
}

std::string preamble(const Plan& plan, const Machine& machine) {
  const Settings& settings = plan.settings;
  std::string text = settings_text(settings);
  text += fmt::format("machine {} cores, {}, load {:.2f}\n", machine.cores, machine.processor,
                      machine.load);
  text += fmt::format("rounds {}, systems in turn; medians; times in us", plan.rounds);
  if (settings.latency_every > 0)
    text += fmt::format(", p50 to max of one operation in {}", settings.latency_every);
  text += fmt::format(
      "; memory, disk and written in MiB\n"
      "ratio = time per operation / that of {}, round by round: median [least ... most]\n",
      plan.systems[plan.baseline].label);
  return text;
}

std::vector<std::string> warnings(const Plan& plan, const Machine& machine) {
  std::vector<std::string> lines;
  for (const System& system : plan.systems) {
    if (!system.optimised)
      lines.push_back(
          fmt::format("{} was built {}: its figures say nothing about its speed; build "
                      "with the preset release",
                      system.label, system.build));
  }
  if (busy(machine))
    lines.push_back(
        fmt::format("the machine is at work (load {:.2f} on {} cores): figures are "
                    "noisy, look at the spread of the ratios",
                    machine.load, machine.cores));
  if (plan.settings.threads > machine.cores && machine.cores > 0)
    lines.push_back(fmt::format("{} threads on {} cores take turns: latencies hold their waiting",
                                plan.settings.threads, machine.cores));
  return lines;
}

std::string table_of(const Section& section) {
  std::vector<Cells> lines(1);
  std::ranges::copy(head, lines[0].begin());
  for (const Row& row : section.rows) lines.push_back(cells_of(row));
  std::array<std::size_t, head.size()> widths{};
  for (const Cells& cells : lines) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  }
  std::string text = section.workload + "\n";
  for (std::size_t line = 0; line < lines.size(); ++line) {
    const std::string trouble = line == 0 ? "" : section.rows[line - 1].trouble;
    const Cells& cells = lines[line];
    text += fmt::format("  {:{}}", cells[0], widths[0]);
    const bool figures = line == 0 || section.rows[line - 1].figures.has_value();
    for (std::size_t i = 1; figures && i + 1 < cells.size(); ++i)
      text += fmt::format("  {:>{}}", cells[i], widths[i]);
    if (figures) text += "  " + cells.back();
    if (!trouble.empty()) text += "  " + trouble;
    text += '\n';
  }
  if (section.too_few_timed)
    text += "  - in p50 to max: too few operations were timed; try --latency-every 1\n";
  return text;
}

}  // namespace kv::bench
