#include "bench/workloads/wire.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace kv::bench {

// The library finds these by their names.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Extent, operations, seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(EngineInfo, name, summary, persistent, peer)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Description, engines, build, optimised)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Ending, failure)

namespace {

using Json = nlohmann::json;

// Turns what the library throws about a text into an error.
template <class Value, class Read>
Result<Value> read_json(std::string_view text, Read read) {
  try {
    return read(Json::parse(text));
  } catch (const Json::exception& error) {
    return failure(Code::corruption,
                   fmt::format("\"{}\" is not understood ({})", text.substr(0, 200), error.what()));
  }
}

// The library would write bytes that are not UTF-8 as an exception; a store's message may hold any.
std::string line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The numbers that may be the engine's own.
constexpr std::pair<const char*, std::optional<std::size_t> Options::*> optional_numbers[] = {
    {"write_buffer_bytes", &Options::write_buffer_bytes},
    {"block_cache_bytes", &Options::block_cache_bytes},
    {"block_bytes", &Options::block_bytes},
    {"filter_bits_per_key", &Options::filter_bits_per_key},
    {"table_bytes", &Options::table_bytes},
    {"level1_bytes", &Options::level1_bytes},
};

Json to_json(const Settings& settings) {
  Json json = {{"entries", settings.entries},
               {"measured", settings.measured},
               {"warm_up", settings.warm_up},
               {"threads", settings.threads},
               {"key_bytes", settings.key_bytes},
               {"value_bytes", settings.value_bytes},
               {"compressible", settings.compressible},
               {"read_share", settings.read_share},
               {"latency_every", settings.latency_every},
               {"seed", settings.seed}};
  if (settings.distribution) json["distribution"] = name(*settings.distribution);
  if (settings.store.durability) json["durability"] = name(*settings.store.durability);
  if (settings.store.compression) json["compression"] = name(*settings.store.compression);
  for (const auto& [name, member] : optional_numbers) {
    if (settings.store.*member) json[name] = *(settings.store.*member);
  }
  return json;
}

Result<Settings> settings_from(const Json& json) {
  Settings settings;
  json.at("entries").get_to(settings.entries);
  json.at("measured").get_to(settings.measured);
  json.at("warm_up").get_to(settings.warm_up);
  json.at("threads").get_to(settings.threads);
  json.at("key_bytes").get_to(settings.key_bytes);
  json.at("value_bytes").get_to(settings.value_bytes);
  json.at("compressible").get_to(settings.compressible);
  json.at("read_share").get_to(settings.read_share);
  json.at("latency_every").get_to(settings.latency_every);
  json.at("seed").get_to(settings.seed);
  if (json.contains("distribution")) {
    auto distribution = distribution_of(json["distribution"].get<std::string>());
    if (!distribution) return failure(std::move(distribution));
    settings.distribution = *distribution;
  }
  if (json.contains("durability")) {
    auto durability = durability_of(json["durability"].get<std::string>());
    if (!durability) return failure(std::move(durability));
    settings.store.durability = *durability;
  }
  if (json.contains("compression")) {
    auto compression = compression_of(json["compression"].get<std::string>());
    if (!compression) return failure(std::move(compression));
    settings.store.compression = *compression;
  }
  for (const auto& [name, member] : optional_numbers) {
    if (json.contains(name)) settings.store.*member = json[name].get<std::uint64_t>();
  }
  if (Status checked = check(settings); !checked) return failure(std::move(checked));
  return settings;
}

}  // namespace

std::string encode(const Job& job) {
  return line({{"engine", job.engine},
               {"directory", job.directory},
               {"workloads", job.workloads},
               {"settings", to_json(job.settings)}});
}

std::string encode(const Measurement& measurement) {
  Json json = {{"workload", measurement.workload},
               {"operations", measurement.operations},
               {"seconds", measurement.seconds},
               {"samples", measurement.samples},
               {"p50_ns", measurement.p50_ns},
               {"p99_ns", measurement.p99_ns},
               {"p999_ns", measurement.p999_ns},
               {"max_ns", measurement.max_ns},
               {"memory_bytes", measurement.memory_bytes},
               {"errors", measurement.errors}};
  if (measurement.disk_bytes) json["disk_bytes"] = *measurement.disk_bytes;
  if (measurement.written_bytes) json["written_bytes"] = *measurement.written_bytes;
  if (!measurement.statistics.empty()) json["statistics"] = measurement.statistics;
  if (!measurement.failure.empty()) json["failure"] = measurement.failure;
  if (!measurement.refusal.empty()) json["refusal"] = measurement.refusal;
  return line(json);
}

std::string encode(const Ending& ending) { return line(ending); }
std::string encode(const Description& description) { return line(description); }
std::string describe_request() { return line({{"describe", true}}); }

Result<std::optional<Job>> decode_job(std::string_view text) {
  using Answer = std::optional<Job>;
  return read_json<Answer>(text, [](const Json& json) -> Result<Answer> {
    if (json.contains("describe")) return std::nullopt;
    Job job;
    json.at("engine").get_to(job.engine);
    json.at("directory").get_to(job.directory);
    json.at("workloads").get_to(job.workloads);
    Result<Settings> settings = settings_from(json.at("settings"));
    if (!settings) return failure(std::move(settings));
    job.settings = *settings;
    return job;
  });
}

Result<std::variant<Measurement, Ending>> decode_answer(std::string_view text) {
  using Answer = std::variant<Measurement, Ending>;
  return read_json<Answer>(text, [](const Json& json) -> Result<Answer> {
    if (!json.contains("workload")) return json.get<Ending>();
    Measurement measurement;
    json.at("workload").get_to(measurement.workload);
    json.at("operations").get_to(measurement.operations);
    json.at("seconds").get_to(measurement.seconds);
    json.at("samples").get_to(measurement.samples);
    json.at("p50_ns").get_to(measurement.p50_ns);
    json.at("p99_ns").get_to(measurement.p99_ns);
    json.at("p999_ns").get_to(measurement.p999_ns);
    json.at("max_ns").get_to(measurement.max_ns);
    json.at("memory_bytes").get_to(measurement.memory_bytes);
    json.at("errors").get_to(measurement.errors);
    if (json.contains("disk_bytes")) measurement.disk_bytes = json["disk_bytes"];
    if (json.contains("written_bytes")) measurement.written_bytes = json["written_bytes"];
    if (json.contains("statistics")) json["statistics"].get_to(measurement.statistics);
    measurement.failure = json.value("failure", "");
    measurement.refusal = json.value("refusal", "");
    return measurement;
  });
}

Result<Description> decode_description(std::string_view text) {
  return read_json<Description>(
      text, [](const Json& json) -> Result<Description> { return json.get<Description>(); });
}

}  // namespace kv::bench
