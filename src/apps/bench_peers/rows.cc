#include "apps/bench_peers/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "apps/bench_peers/plans.h"
#include "bench/workloads/summary.h"

namespace kv::bench {
namespace {

std::string not_built(std::string_view peer) {
  return fmt::format("{} was not found when this was built", peer);
}

std::size_t common_rounds(const SystemResults& ours, const SystemResults& theirs,
                          std::size_t workload) {
  const auto& our_rounds = ours.measurements[workload];
  const auto& their_rounds = theirs.measurements[workload];
  std::size_t common = 0;
  for (std::size_t i = 0; i < our_rounds.size(); ++i) {
    const bool both =
        our_rounds[i] && our_rounds[i]->counts() && their_rounds[i] && their_rounds[i]->counts();
    if (both) ++common;
  }
  return common;
}

std::optional<double> micros(const Row& row) {
  if (!row.figures) return std::nullopt;
  return row.figures->micros_per_operation;
}

// The summary's section has the peer for its baseline.
Versus versus_of(const Section& section, std::size_t peer, std::string_view name) {
  const Row& ours = section.rows.front();
  const Row& theirs = section.rows[peer];
  return {.peer = std::string(name),
          .ours_us = micros(ours),
          .peer_us = micros(theirs),
          .ratio = ours.ratio,
          .trouble = ours.trouble.empty() ? theirs.trouble
                                          : fmt::format("{}: {}", ours.system, ours.trouble)};
}

Versus versus_of(std::string_view peer, const std::vector<double>& ours,
                 const std::vector<double>& theirs, const std::string& trouble) {
  Versus versus{
      .peer = std::string(peer), .runs = std::min(ours.size(), theirs.size()), .trouble = trouble};
  if (versus.runs == 0) return versus;
  std::vector<double> ratios;
  for (std::size_t i = 0; i < versus.runs; ++i) ratios.push_back(ours[i] / theirs[i]);
  versus.ours_us = median(ours);
  versus.peer_us = median(theirs);
  versus.ratio = spread(ratios);
  return versus;
}

// The ratio on the goal's scale lies on the right side of the limit.
Verdict verdict(Scale scale, const std::optional<Spread>& ratio, double limit) {
  if (!ratio) return {};
  const double value = scale == Scale::time ? ratio->median : 1 / ratio->median;
  const double excess = scale == Scale::time ? value - limit : limit - value;
  if (excess <= 0) return {.kind = Verdict::Kind::reached};
  return {.kind = Verdict::Kind::missed, .missed_by = excess / limit};
}

}  // namespace

std::vector<PeerRow> rows_of(std::span<const Goal> goals, const Plan& plan,
                             const Results& results) {
  std::vector<PeerRow> rows;
  for (const Goal& goal : goals)
    rows.push_back({.goal = goal, .settings = plan.settings, .rounds = plan.rounds, .peers = {}});
  for (const std::string_view name : peer_names()) {
    const auto found = std::ranges::find(plan.systems, name, &System::label);
    if (found == plan.systems.end()) {
      for (PeerRow& row : rows)
        row.peers.push_back({.peer = std::string(name), .trouble = not_built(name)});
      continue;
    }
    Plan beside = plan;
    beside.baseline = static_cast<std::size_t>(found - plan.systems.begin());
    const std::vector<Section> sections = summarise(beside, results);
    for (PeerRow& row : rows) {
      const auto section = std::ranges::find(sections, row.goal.workload, &Section::workload);
      assert(section != sections.end());
      Versus versus = versus_of(*section, beside.baseline, name);
      versus.runs = common_rounds(results.front(), results[beside.baseline],
                                  static_cast<std::size_t>(section - sections.begin()));
      row.peers.push_back(std::move(versus));
    }
  }
  return rows;
}

std::vector<PeerRow> rows_of(const DurablePlan& plan, const DurableResults& results) {
  std::vector<PeerRow> rows;
  for (std::size_t i = 0; i < plan.goals.size(); ++i) {
    PeerRow row{
        .goal = plan.goals[i], .settings = plan.settings, .rounds = plan.rounds, .peers = {}};
    row.settings.threads = row.goal.writers;
    std::vector<double> ours, bare, leveldb;
    for (const DurableRound& round : results.rounds[i]) {
      ours.push_back(round.ours_us);
      bare.push_back(round.bare_us);
      if (round.leveldb_us) leveldb.push_back(*round.leveldb_us);
    }
    row.peers.push_back(versus_of(bare_append, ours, bare, results.trouble));
    row.peers.push_back(
        versus_of("leveldb", ours, leveldb,
                  plan.leveldb != nullptr ? results.trouble : not_built("leveldb")));
    rows.push_back(std::move(row));
  }
  return rows;
}

Verdict bar_of(const PeerRow& row) {
  return verdict(row.goal.scale, row.peers.front().ratio, row.goal.bar);
}

Verdict moonshot_of(const PeerRow& row) {
  if (row.goal.moonshot)
    return verdict(row.goal.scale, row.peers.front().ratio, *row.goal.moonshot);
  const auto lmdb = std::ranges::find(row.peers, "lmdb", &Versus::peer);
  return lmdb == row.peers.end() ? Verdict{} : verdict(Scale::time, lmdb->ratio, 1);
}

}  // namespace kv::bench
