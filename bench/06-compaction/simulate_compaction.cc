// simulate_compaction: what the pickers cost on a workload, without a store
// (storage/compaction_simulation.h). The same numbers every time for the same options.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
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
std::uint64_t level1_bytes(const Settings& settings) {
  return settings.level0_tables * settings.entries_per_write_out * entry_bytes;
}

Picker picker_of(const std::string& name, const Settings& settings) {
  if (name == "leveled") {
    const LeveledOptions options{.level0_tables = settings.level0_tables,
                                 .level1_bytes = level1_bytes(settings),
                                 .multiplier = settings.multiplier};
    return [options](const Version& version) { return pick_leveled(version, options); };
  }
  const SizeTieredOptions options{.tables = settings.level0_tables};
  return [options](const Version& version) { return pick_size_tiered(version, options); };
}

// How things went over some write-outs. Right after a job a store looks better than it does most of
// the time, so what reads and space cost is their average over all these write-outs.
class Span {
 public:
  void add(const SimulatedCosts& costs) {
    last_ = costs;
    read_ += costs.read_amplification;
    space_ += costs.space_amplification;
    most_space_ = std::max(most_space_, costs.space_amplification);
    ++write_outs_;
  }

  const SimulatedCosts& last() const { return last_; }
  std::string amplifications() const {
    const double count = static_cast<double>(std::max<std::size_t>(write_outs_, 1));
    return fmt::format("{:>8.2f}{:>8.2f}{:>8.2f}{:>8.2f}", last_.write_amplification, read_ / count,
                       space_ / count, most_space_);
  }

 private:
  SimulatedCosts last_;
  double read_ = 0;
  double space_ = 0;
  double most_space_ = 0;
  std::size_t write_outs_ = 0;
};

struct Line {
  std::size_t write_outs;
  Span since_the_line_before;
};

struct Outcome {
  std::vector<Line> lines;
  Span all;
};

constexpr const char* amplification_titles = "   write    read   space    most";

double mib(std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

void print_steps(const std::string& picker, const std::vector<Line>& lines) {
  std::size_t deepest = 0;
  for (const Line& line : lines) {
    for (std::size_t level = 0; level < level_count; ++level) {
      if (line.since_the_line_before.last().tables[level] > 0) deepest = std::max(deepest, level);
    }
  }
  fmt::print("\n{}: of each level, its tables and MiB\n\n{:>10}", picker, "write-outs");
  for (std::size_t level = 0; level <= deepest; ++level) {
    fmt::print("{:>15}", fmt::format("level {}", level));
  }
  fmt::print("{}\n", amplification_titles);
  for (const Line& line : lines) {
    fmt::print("{:>10}", line.write_outs);
    for (std::size_t level = 0; level <= deepest; ++level) {
      const std::size_t tables = line.since_the_line_before.last().tables[level];
      fmt::print("{:>15}", tables == 0
                               ? "."
                               : fmt::format("{} {:8.2f}", tables,
                                             mib(line.since_the_line_before.last().bytes[level])));
    }
    fmt::print("{}\n", line.since_the_line_before.amplifications());
  }
}

void print_summary(const std::vector<std::pair<std::string, Span>>& pickers) {
  fmt::print("\n{:<12}{}   amplification over all write-outs\n", "", amplification_titles);
  for (const auto& [name, span] : pickers) {
    const SimulatedCosts& costs = span.last();
    fmt::print("{:<12}{}   {} rewritings, {} moves; {:.1f} MiB written\n", name,
               span.amplifications(), costs.rewritings, costs.moves, mib(costs.written_bytes));
  }
}

Result<Outcome> simulate(const std::string& picker, const Settings& settings) {
  CompactionSimulation simulation(
      picker_of(picker, settings),
      {.entry_bytes = entry_bytes,
       .table_entries = std::max<std::size_t>(settings.entries_per_write_out / 2, 1)});
  const NextKey next_key = keys_of(settings);
  const std::size_t every =
      settings.every > 0 ? settings.every : std::max<std::size_t>(settings.write_outs / 10, 1);
  Outcome outcome;
  Span span;
  std::vector<std::uint64_t> keys(settings.entries_per_write_out);
  for (std::size_t done = 1; done <= settings.write_outs; ++done) {
    std::ranges::generate(keys, std::cref(next_key));
    if (Status written = simulation.write_out(keys); !written) return failure(std::move(written));
    const SimulatedCosts costs = simulation.costs();
    span.add(costs);
    outcome.all.add(costs);
    if (done % every != 0 && done != settings.write_outs) continue;
    outcome.lines.push_back({done, std::exchange(span, {})});
  }
  if (Status checked = simulation.check(); !checked) return failure(std::move(checked));
  return outcome;
}

int run(const Settings& settings) {
  fmt::print("{}: {} write-outs of {} entries of {} bytes; {:.1f} MiB in all\n", settings.workload,
             settings.write_outs, settings.entries_per_write_out, entry_bytes,
             mib(settings.write_outs * settings.entries_per_write_out * entry_bytes));
  if (settings.picker != "size-tiered") {
    fmt::print("leveled: level 1 holds {} write-outs, {:.2f} MiB\n", settings.level0_tables,
               mib(level1_bytes(settings)));
  }
  std::vector<std::pair<std::string, Span>> summary;
  for (const std::string name : {"leveled", "size-tiered"}) {
    if (settings.picker != "both" && settings.picker != name) continue;
    const Result<Outcome> outcome = simulate(name, settings);
    if (!outcome) {
      fmt::print(stderr, "simulate_compaction: {}\n", outcome.error().text());
      return 1;
    }
    print_steps(name, outcome->lines);
    summary.emplace_back(name, outcome->all);
  }
  print_summary(summary);
  return 0;
}

int run(int argc, char** argv) {
  Settings settings;
  CLI::App app{
      "What the pickers of tables to merge cost on a workload, without a store. Leveled, level 1\n"
      "holds as many write-outs as --level0-tables says, and a table is half of a write-out.\n\n"
      "write  bytes written into tables / bytes that the user wrote, from the beginning on\n"
      "read   tables whose keys span a key, on average\n"
      "space  bytes in tables / bytes of the newest version of every key, on average\n"
      "most   the same where it was the most"};
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
