#include "bench/workloads/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace kv::bench {
namespace {

using Rounds = std::vector<std::optional<Measurement>>;

// What a round came to, or null where it did not go well.
const Measurement* good(const std::optional<Measurement>& round) {
  return round && round->counts() ? &*round : nullptr;
}

std::vector<const Measurement*> good(const Rounds& rounds) {
  std::vector<const Measurement*> list;
  for (const std::optional<Measurement>& each : rounds) {
    if (const Measurement* measurement = good(each)) list.push_back(measurement);
  }
  return list;
}

template <class Value>
double median_of(const std::vector<const Measurement*>& rounds, Value value) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const Measurement* each : rounds) values.push_back(static_cast<double>(value(*each)));
  return median(std::move(values));
}

Figures figures_of(const std::vector<const Measurement*>& rounds) {
  constexpr double mib = 1 << 20;
  std::vector<const Measurement*> sampled;
  std::ranges::copy_if(rounds, std::back_inserter(sampled),
                       [](const Measurement* each) { return each->samples > 0; });
  const auto micros = [&](std::uint64_t Measurement::* nanos) {
    return median_of(sampled, [&](const Measurement& each) { return each.*nanos; }) / 1000;
  };
  Figures figures;
  figures.operations_per_second =
      median_of(rounds, [](const Measurement& each) { return each.operations_per_second(); });
  figures.micros_per_operation =
      median_of(rounds, [](const Measurement& each) { return each.micros_per_operation(); });
  figures.sampled = !sampled.empty();
  if (figures.sampled) {
    figures.p50_us = micros(&Measurement::p50_ns);
    figures.p99_us = micros(&Measurement::p99_ns);
    figures.p999_us = micros(&Measurement::p999_ns);
    figures.max_us = micros(&Measurement::max_ns);
  }
  figures.memory_mib =
      median_of(rounds, [](const Measurement& each) { return each.memory_bytes; }) / mib;
  if (rounds.front()->disk_bytes)
    figures.disk_mib =
        median_of(rounds, [](const Measurement& each) { return each.disk_bytes.value_or(0); }) /
        mib;
  if (rounds.front()->written_bytes)
    figures.written_mib =
        median_of(rounds, [](const Measurement& each) { return each.written_bytes.value_or(0); }) /
        mib;
  return figures;
}

std::optional<Spread> ratio_of(const Rounds& rounds, const Rounds& baseline) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    const Measurement* ours = good(rounds[i]);
    const Measurement* base = good(baseline[i]);
    if (ours == nullptr || base == nullptr || base->micros_per_operation() <= 0) continue;
    ratios.push_back(ours->micros_per_operation() / base->micros_per_operation());
  }
  if (ratios.empty()) return std::nullopt;
  return spread(ratios);
}

std::string trouble_in(const Plan& plan, const SystemResults& results, std::size_t workload) {
  const std::optional<Trouble>& trouble = results.trouble;
  if (!trouble || workload < trouble->workload) {
    for (const std::optional<Measurement>& each : results.measurements[workload]) {
      if (each && !each->refusal.empty()) return each->refusal;
    }
    return {};
  }
  if (workload == trouble->workload)
    return plan.rounds == 1 ? trouble->cause
                            : fmt::format("round {}: {}", trouble->round + 1, trouble->cause);
  return fmt::format("not run: {} failed", plan.workloads[trouble->workload]->name);
}

}  // namespace

std::vector<Section> summarise(const Plan& plan, const Results& results) {
  std::vector<Section> sections;
  for (std::size_t workload = 0; workload < plan.workloads.size(); ++workload) {
    Section section{.workload = std::string(plan.workloads[workload]->name),
                    .rows = {},
                    .too_few_timed = false};
    const Rounds& baseline = results[plan.baseline].measurements[workload];
    for (std::size_t system = 0; system < plan.systems.size(); ++system) {
      const Rounds& rounds = results[system].measurements[workload];
      Row row{.system = plan.systems[system].label,
              .trouble = trouble_in(plan, results[system], workload),
              .figures = {},
              .ratio = ratio_of(rounds, baseline)};
      if (const auto well = good(rounds); !well.empty()) row.figures = figures_of(well);
      if (row.figures && !row.figures->sampled && plan.settings.latency_every > 0)
        section.too_few_timed = true;
      section.rows.push_back(std::move(row));
    }
    sections.push_back(std::move(section));
  }
  return sections;
}

bool any_trouble(const Results& results) {
  return std::ranges::any_of(results,
                             [](const SystemResults& each) { return each.trouble.has_value(); });
}

}  // namespace kv::bench
