// simulate_compaction: what the pickers cost on a workload, without a store
// (storage/compaction_simulation.h). The same numbers every time for the same options.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/todo.h"
#include "bench/workloads/bijection.h"
#include "bench/workloads/zipf.h"
#include "storage/compaction_simulation.h"

namespace kv::bench {
namespace {

struct Settings {
  std::string picker = "both";
  std::string workload = "overwrite";
  std::size_t write_outs = 200;
  std::size_t entries_per_write_out = 2000;
  std::uint64_t keys = 100'000;
  std::size_t level0_tables = 4;
  std::uint64_t multiplier = 10;
  std::uint64_t seed = 1;
  std::size_t every = 0;  // 0: ten lines in all
};

constexpr std::uint64_t entry_bytes = 116;

using NextKey = std::function<std::uint64_t()>;

NextKey keys_of(const Settings& settings) {
  if (settings.workload == "fillseq") {
    return [next = std::uint64_t{0}]() mutable { return next++; };
  }
  if (settings.workload == "fillrandom") {
    const std::uint64_t count = settings.write_outs * settings.entries_per_write_out;
    const Bijection order(std::max<std::uint64_t>(count, 1), settings.seed);
    return [next = std::uint64_t{0}, order]() mutable { return order(next++); };
  }
  if (settings.workload == "zipfian") {
    return [zipf = Zipf(settings.keys), lies = Bijection(settings.keys, settings.seed),
            random = Random(settings.seed)]() mutable { return lies(zipf.draw(random)); };
  }
  return [keys = settings.keys, random = Random(settings.seed)]() mutable {
    return random.below(keys);
  };
}

// Level 1 holds as much as level 0 brings at a time, and a table half of a write-out.
Picker picker_of(const std::string& name, const Settings& settings) {
  if (name == "leveled") {
    const LeveledOptions options{
        .level0_tables = settings.level0_tables,
        .level1_bytes = settings.level0_tables * settings.entries_per_write_out * entry_bytes,
        .multiplier = settings.multiplier};
    return [options](const Version& version) { return pick_leveled(version, options); };
  }
  const SizeTieredOptions options{.tables = settings.level0_tables};
  return [options](const Version& version) { return pick_size_tiered(version, options); };
}

struct Line {
  std::size_t write_outs;
  SimulatedCosts costs;
};

double mib(std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

std::string amplifications(const SimulatedCosts& costs) {
  return fmt::format("{:>8.2f}{:>8.2f}{:>8.2f}", costs.write_amplification,
                     costs.read_amplification, costs.space_amplification);
}

void print_steps(const std::string& picker, const std::vector<Line>& lines) {
  std::size_t deepest = 0;
  for (const Line& line : lines) {
    for (std::size_t level = 0; level < level_count; ++level) {
      if (line.costs.tables[level] > 0) deepest = std::max(deepest, level);
    }
  }
  fmt::print("\n{}: of each level, its tables and MiB\n\n{:>10}", picker, "write-outs");
  for (std::size_t level = 0; level <= deepest; ++level) {
    fmt::print("{:>15}", fmt::format("level {}", level));
  }
  fmt::print("{:>8}{:>8}{:>8}   amplification\n", "write", "read", "space");
  for (const Line& line : lines) {
    fmt::print("{:>10}", line.write_outs);
    for (std::size_t level = 0; level <= deepest; ++level) {
      const std::size_t tables = line.costs.tables[level];
      fmt::print("{:>15}", tables == 0
                               ? "."
                               : fmt::format("{} {:8.2f}", tables, mib(line.costs.bytes[level])));
    }
    fmt::print("{}\n", amplifications(line.costs));
  }
}

void print_summary(const std::vector<std::pair<std::string, SimulatedCosts>>& pickers) {
  fmt::print("\n{:<14}{:>8}{:>8}{:>8}   amplification at the end\n", "", "write", "read", "space");
  for (const auto& [name, costs] : pickers) {
    fmt::print("{:<14}{}   {} rewritings of {:.1f} MiB, {} moves\n", name, amplifications(costs),
               costs.rewritings, mib(costs.written_bytes), costs.moves);
  }
}

Result<std::vector<Line>> simulate(const std::string& picker, const Settings& settings) {
  CompactionSimulation simulation(
      picker_of(picker, settings),
      {.entry_bytes = entry_bytes,
       .table_entries = std::max<std::size_t>(settings.entries_per_write_out / 2, 1)});
  const NextKey next_key = keys_of(settings);
  const std::size_t every =
      settings.every > 0 ? settings.every : std::max<std::size_t>(settings.write_outs / 10, 1);
  std::vector<Line> lines;
  std::vector<std::uint64_t> keys(settings.entries_per_write_out);
  for (std::size_t done = 1; done <= settings.write_outs; ++done) {
    std::ranges::generate(keys, std::cref(next_key));
    if (Status written = simulation.write_out(keys); !written) return failure(std::move(written));
    if (done % every == 0 || done == settings.write_outs) {
      lines.push_back({done, simulation.costs()});
    }
  }
  if (Status checked = simulation.check(); !checked) return failure(std::move(checked));
  return lines;
}

int run(const Settings& settings) {
  fmt::print("{}: {} write-outs of {} entries of {} bytes; {:.1f} MiB in all\n", settings.workload,
             settings.write_outs, settings.entries_per_write_out, entry_bytes,
             mib(settings.write_outs * settings.entries_per_write_out * entry_bytes));
  std::vector<std::pair<std::string, SimulatedCosts>> summary;
  for (const std::string name : {"leveled", "size-tiered"}) {
    if (settings.picker != "both" && settings.picker != name) continue;
    const Result<std::vector<Line>> lines = simulate(name, settings);
    if (!lines) {
      fmt::print(stderr, "simulate_compaction: {}\n", lines.error().text());
      return 1;
    }
    print_steps(name, *lines);
    summary.emplace_back(name, lines->back().costs);
  }
  print_summary(summary);
  return 0;
}

int run(int argc, char** argv) {
  Settings settings;
  CLI::App app{
      "What the pickers of tables to merge cost on a workload, without a store.\n"
      "write amplification: bytes written into tables / bytes that the user wrote; read: tables\n"
      "whose keys span a key, on average; space: bytes in tables / bytes of the newest versions."};
  app.add_option("--picker", settings.picker)
      ->check(CLI::IsMember({"leveled", "size-tiered", "both"}))
      ->capture_default_str();
  app.add_option(
         "--workload", settings.workload,
         "fillseq: each key once, in order; fillrandom: each once, at random; overwrite: keys "
         "at random; zipfian: few of them very often")
      ->check(CLI::IsMember({"fillseq", "fillrandom", "overwrite", "zipfian"}))
      ->capture_default_str();
  const auto number = [&](const char* name, auto& value, const char* what, double least) {
    app.add_option(name, value, what)->check(CLI::Range(least, 1e9))->capture_default_str();
  };
  number("--write-outs", settings.write_outs, "how many memtables are written out", 1);
  number("--entries-per-write-out", settings.entries_per_write_out, "writes in each of them", 1);
  number("--keys", settings.keys, "how many keys overwrite and zipfian choose from", 1);
  number("--level0-tables", settings.level0_tables, "so many are enough to merge (both pickers)",
         2);
  number("--multiplier", settings.multiplier, "a level holds so many times the one above", 2);
  number("--seed", settings.seed, "of the keys", 0);
  number("--every", settings.every, "a line after so many write-outs; 0: ten lines", 0);
  CLI11_PARSE(app, argc, argv);
  return run(settings);
}

}  // namespace
}  // namespace kv::bench

int main(int argc, char** argv) {
  try {
    return kv::bench::run(argc, argv);
  } catch (const kv::Todo& todo) {
    fmt::print(stderr, "{}\n", todo.what());
    return 1;
  }
}
