#include "bench/workloads/json_report.h"

#include <nlohmann/json.hpp>

#include "bench/workloads/summary.h"
#include "bench/workloads/wire.h"

namespace kv::bench {
namespace {

using Json = nlohmann::ordered_json;

Json settings_json(const Plan& plan) {
  // A job says them all, in the form that the workers got them.
  Json json = Json::parse(encode(
      Job{.engine = {}, .directory = {}, .workloads = {}, .settings = plan.settings}))["settings"];
  if (!plan.settings.distribution) json["distribution"] = "the workload's own";
  for (const char* name : {"durability", "write_buffer_bytes", "block_cache_bytes", "block_bytes",
                           "filter_bits_per_key", "compression", "table_bytes", "level1_bytes"}) {
    if (!json.contains(name)) json[name] = "the engine's own";
  }
  json["rounds"] = plan.rounds;
  return json;
}

Json systems_json(const Plan& plan) {
  Json json = Json::array();
  for (const System& system : plan.systems) {
    json.push_back({{"label", system.label},
                    {"program", system.program},
                    {"engine", system.engine.name},
                    {"persistent", system.engine.persistent},
                    {"build", system.build}});
  }
  return json;
}

Json figures_json(const Figures& figures) {
  Json json = {{"operations_per_second", figures.operations_per_second},
               {"us_per_operation", figures.micros_per_operation},
               {"memory_mib", figures.memory_mib}};
  if (figures.sampled) {
    json["p50_us"] = figures.p50_us;
    json["p99_us"] = figures.p99_us;
    json["p999_us"] = figures.p999_us;
    json["max_us"] = figures.max_us;
  }
  if (figures.disk_mib) json["disk_mib"] = *figures.disk_mib;
  return json;
}

Json row_json(const Row& row, const std::vector<std::optional<Measurement>>& rounds) {
  Json json = {{"system", row.system}};
  if (!row.trouble.empty()) json["trouble"] = row.trouble;
  if (row.figures) json["median"] = figures_json(*row.figures);
  if (row.ratio)
    json["ratio"] = {
        {"median", row.ratio->median}, {"least", row.ratio->least}, {"most", row.ratio->most}};
  json["rounds"] = Json::array();
  std::size_t number = 0;
  for (const std::optional<Measurement>& measured : rounds) {
    ++number;
    if (!measured) continue;
    Json round = {{"round", number}};
    round.update(Json::parse(encode(*measured)));
    json["rounds"].push_back(std::move(round));
  }
  return json;
}

}  // namespace

std::string json_report(const Plan& plan, const Machine& machine, const Results& results) {
  Json json;
  json["kvbench"] = KVBENCH_VERSION;
  json["settings"] = settings_json(plan);
  json["machine"] = {
      {"cores", machine.cores}, {"processor", machine.processor}, {"load", machine.load}};
  json["systems"] = systems_json(plan);
  json["baseline"] = plan.systems[plan.baseline].label;
  json["workloads"] = Json::array();
  const std::vector<Section> sections = summarise(plan, results);
  for (std::size_t workload = 0; workload < sections.size(); ++workload) {
    Json rows = Json::array();
    for (std::size_t system = 0; system < results.size(); ++system)
      rows.push_back(
          row_json(sections[workload].rows[system], results[system].measurements[workload]));
    json["workloads"].push_back({{"name", sections[workload].workload}, {"systems", rows}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kv::bench
