#include "apps/bench_peers/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/bench_peers/plans.h"
#include "bench/workloads/table.h"
#include "bench/workloads/wire.h"

namespace kv::bench {
namespace {

using Json = nlohmann::ordered_json;
using Cells = std::vector<std::string>;

std::string_view setting_of(Part part) {
  switch (part) {
    case Part::in_order:
    case Part::at_random: break;
    case Part::filtered: return "filtered: filters, a cache that holds everything, no compression";
    case Part::durable: return "durable: on the disk when a write returns";
  }
  return "plain";
}

// How it is measured, which for a durable row stands in place of a number of entries.
std::string durable_method(std::size_t writers) {
  return writers == 1
             ? fmt::format("1 writer, {} operations a round, one by one in turn", single_writes)
             : fmt::format("{} writers, turns of 250 ms", writers);
}

std::string durable_settings(std::span<const Goal> goals) {
  std::string text = "puts of 16 + 100 bytes";
  for (const Goal& goal : goals) {
    if (goal.part == Part::durable) text += "; " + durable_method(goal.writers);
  }
  return text + "; stores otherwise as at the setting plain\n";
}

std::string percent(double share) { return fmt::format("{:.0f} %", std::max(1.0, 100 * share)); }

std::string limit_text(Scale scale, double limit) {
  return scale == Scale::time ? fmt::format("<= {:.1f}", limit) : fmt::format("rate >= {}", limit);
}

std::string verdict_text(const Verdict& verdict, std::string_view reached) {
  switch (verdict.kind) {
    case Verdict::Kind::reached: return std::string(reached);
    case Verdict::Kind::missed: return fmt::format("no, by {}", percent(verdict.missed_by));
    case Verdict::Kind::unknown: break;
  }
  return "not measured";
}

std::string micros_text(const std::optional<double>& micros) {
  return micros ? figure_text(*micros) : "-";
}

std::string ratio_text(Scale scale, const std::optional<Spread>& ratio) {
  if (!ratio) return "-";
  if (scale == Scale::time) return spread_text(*ratio);
  return "rate " + spread_text({1 / ratio->median, 1 / ratio->most, 1 / ratio->least});
}

Cells head_of(const PeerRow& row) {
  Cells head{"work", std::string(our_engine)};
  for (const Versus& versus : row.peers) head.push_back(versus.peer);
  for (const Versus& versus : row.peers) head.push_back("/ " + versus.peer);
  head.insert(head.end(), {"bar", "met", "moonshot", "reached"});
  return head;
}

Cells cells_of(const PeerRow& row) {
  const Goal& goal = row.goal;
  const auto ours = std::ranges::find_if(
      row.peers, [](const Versus& versus) { return versus.ours_us.has_value(); });
  Cells cells{std::string(goal.row), ours == row.peers.end() ? "-" : micros_text(ours->ours_us)};
  for (const Versus& versus : row.peers) cells.push_back(micros_text(versus.peer_us));
  for (const Versus& versus : row.peers) cells.push_back(ratio_text(goal.scale, versus.ratio));
  cells.push_back(limit_text(goal.scale, goal.bar));
  cells.push_back(verdict_text(bar_of(row), "met"));
  cells.push_back(goal.moonshot ? limit_text(goal.scale, *goal.moonshot) : "lmdb's time");
  cells.push_back(verdict_text(moonshot_of(row), "reached"));
  return cells;
}

std::string aligned(const std::vector<Cells>& lines) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const Cells& cells : lines) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  }
  std::string text;
  for (const Cells& cells : lines) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i)
      line += fmt::format("{}{:{}}", i == 0 ? "" : "  ", cells[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

Json settings_json(const PeerRow& row, const Versus& versus, const Describe& describe) {
  // A job says them all, in the form that the workers got them.
  Json json = Json::parse(encode(
      Job{.engine = {}, .directory = {}, .workloads = {}, .settings = row.settings}))["settings"];
  if (row.goal.part == Part::durable) {
    for (const char* name : {"entries", "measured", "warm_up", "threads", "read_share", "seed",
                             "compressible", "latency_every"})
      json.erase(name);
    json["writers"] = row.goal.writers;
    json["method"] = durable_method(row.goal.writers);
  }
  json["rounds"] = row.rounds;
  json["ours"] = describe(our_engine, row.settings);
  json["peer"] = describe(versus.peer, row.settings);
  return json;
}

Json or_null(const std::optional<double>& number) { return number ? Json(*number) : Json(); }

std::size_t reached(std::span<const PeerRow> rows, Verdict (*verdict_of)(const PeerRow&)) {
  return static_cast<std::size_t>(std::ranges::count_if(
      rows, [&](const PeerRow& row) { return verdict_of(row).kind == Verdict::Kind::reached; }));
}

}  // namespace

std::string heading(std::span<const Goal> goals, std::uint64_t entries, std::size_t rounds,
                    const Machine& machine, const Describe& describe) {
  std::string text = fmt::format(
      "machine {} cores, {}, load {:.2f}\n"
      "rounds {}, systems in turn; us per operation, medians\n"
      "/ PEER = time per operation / the peer's, round by round: median [least ... most]; a rate "
      "is the other way round\n",
      machine.cores, machine.processor, machine.load, rounds);
  std::string_view last;
  for (const Goal& goal : goals) {
    const std::string_view setting = setting_of(goal.part);
    if (setting == last) continue;
    last = setting;
    const Settings settings = settings_of(goal.part, entries);
    text += fmt::format("\nsetting {}\n", setting);
    text += goal.part == Part::durable ? durable_settings(goals) : settings_text(settings);
    std::vector<std::string_view> sides{our_engine};
    if (goal.part == Part::durable) sides.push_back(bare_append);
    for (const std::string_view peer : peer_names()) {
      if (goal.part != Part::durable || peer == "leveldb") sides.push_back(peer);
    }
    for (const std::string_view side : sides)
      text += fmt::format("{}: {}\n", side, describe(side, settings));
  }
  return text;
}

std::string table_of(std::span<const PeerRow> rows) {
  if (rows.empty()) return {};
  std::vector<Cells> lines{head_of(rows.front())};
  std::string troubles;
  for (const PeerRow& row : rows) {
    lines.push_back(cells_of(row));
    for (const Versus& versus : row.peers) {
      if (!versus.trouble.empty())
        troubles += fmt::format("  {}, {}: {}\n", row.goal.row, versus.peer, versus.trouble);
    }
  }
  return aligned(lines) + troubles;
}

std::string score(std::span<const PeerRow> rows) {
  return fmt::format("bars met: {} of {}; moonshots reached: {} of {}\n", reached(rows, bar_of),
                     rows.size(), reached(rows, moonshot_of), rows.size());
}

bool all_bars_met(std::span<const PeerRow> rows) { return reached(rows, bar_of) == rows.size(); }

std::string json_of(std::span<const PeerRow> rows, const Describe& describe) {
  Json list = Json::array();
  for (const PeerRow& row : rows) {
    for (const Versus& versus : row.peers) {
      const auto& ratio = versus.ratio;
      Json entry = {{"workload", row.goal.row},
                    {"ours", our_engine},
                    {"peer", versus.peer},
                    {"ours_us", or_null(versus.ours_us)},
                    {"peer_us", or_null(versus.peer_us)},
                    {"ratio_median", ratio ? Json(ratio->median) : Json()},
                    {"ratio_min", ratio ? Json(ratio->least) : Json()},
                    {"ratio_max", ratio ? Json(ratio->most) : Json()},
                    {"runs", versus.runs},
                    {"settings", settings_json(row, versus, describe)}};
      if (!versus.trouble.empty()) entry["trouble"] = versus.trouble;
      list.push_back(std::move(entry));
    }
  }
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kv::bench
