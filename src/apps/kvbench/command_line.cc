#include "apps/kvbench/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>

#include "apps/command_line.h"
#include "apps/number_options.h"
#include "apps/store_options.h"
#include "base/quote.h"

namespace kv::bench {
namespace {

constexpr std::string_view synopsis =
    "kvbench measures key-value stores beside each other.\n\n"
    "  kvbench --list\n"
    "  kvbench --system hash,map --workloads fillrandom,readrandom\n"
    "  kvbench --system mine=kvbench_mine:hash --system reference=hash --baseline reference\n\n"
    "Every run is a process of its own, with a fresh store; the systems take turns, round by\n"
    "round. A fill begins with a fresh store; a workload that reads with no fill before it\n"
    "fills first, unmeasured, in a random order.";

constexpr std::string_view latency_help =
    "Time one operation in N by itself, drawn at random; 1 is every one, 0 none. Looking at the "
    "clock costs as much as a fast operation: so percentiles come from this sample, and "
    "throughput from the whole run";

constexpr std::string_view exit_codes =
    "Exit codes: 0 all was measured; 1 a run failed, and the table says why; 2 wrong usage;\n"
    "130 interrupted.";

// The synopsis says it already.
class NoUsageLine final : public CLI::Formatter {
  std::string make_usage(const CLI::App*, std::string) const override { return {}; }
};

// What was typed and is still text.
struct Typed {
  std::string workloads = "fillrandom,readrandom";
  std::string warm_up;
  std::string distribution;
};

std::unexpected<Error> wrong(std::string complaint) {
  return failure(Code::invalid_argument, std::move(complaint));
}

// "10000" operations or "2.5s"; empty: none.
Result<Extent> extent_of(const std::string& text) {
  if (text.empty()) return Extent{};
  Extent extent;
  const bool time = text.ends_with('s');
  const char* end = text.data() + text.size() - (time ? 1 : 0);
  const auto [stopped, error] = time ? std::from_chars(text.data(), end, extent.seconds)
                                     : std::from_chars(text.data(), end, extent.operations);
  if (error != std::errc() || stopped != end || !std::isfinite(extent.seconds) || extent.none() ||
      extent.seconds < 0)
    return wrong(
        fmt::format("--warm-up takes operations (10000) or seconds (2s), more than 0, not {}",
                    abbreviated(text)));
  return extent;
}

Result<std::vector<const Workload*>> workloads_of(std::string_view names) {
  std::vector<const Workload*> list;
  for (std::size_t comma = 0; comma != names.npos;) {
    comma = names.find(',');
    const Result<const Workload*> found = find_workload(names.substr(0, comma));
    if (!found) return failure(found.error());
    list.push_back(*found);
    if (comma != names.npos) names.remove_prefix(comma + 1);
  }
  return list;
}

// CLI11's own check for this prints the largest double in digits.
std::string more_than_nothing(const std::string& text) {
  return text.starts_with('-') || text.find_first_of("123456789") == text.npos
             ? fmt::format("{} is not more than 0", text)
             : "";
}

void add_work_options(CLI::App& app, Arguments& arguments, Typed& typed) {
  Settings& settings = arguments.settings;
  app.add_option("--workloads", typed.workloads, "What they do, one after the other")
      ->type_name("NAME,...")
      ->capture_default_str();
  app.add_option("--entries", settings.entries, "How many entries a fill writes")
      ->transform(whole_number(1))
      ->capture_default_str();
  app.add_option("--ops", settings.measured.operations,
                 "Operations of a workload, of all threads together; by default, --entries")
      ->transform(whole_number(1));
  app.add_option("--seconds", settings.measured.seconds,
                 "Ends a workload after so long; fills always write every entry")
      ->check(more_than_nothing);
  app.add_option("--warm-up", typed.warm_up,
                 "The same before it, unmeasured: operations, or seconds as in 2s")
      ->type_name("N|Ns");
  app.add_option("--threads", settings.threads, "Threads, that start together")
      ->transform(whole_number(1))
      ->capture_default_str();
  app.add_option("--key-bytes", settings.key_bytes, "Length of a key")
      ->type_name(bytes_type)
      ->transform(number_of_bytes(1))
      ->capture_default_str();
  app.add_option("--value-bytes", settings.value_bytes, "Length of a value")
      ->type_name(bytes_type)
      ->transform(number_of_bytes())
      ->capture_default_str();
  app.add_option("--compressible", settings.compressible,
                 "The share of a value that a compressor saves, 0 to 1")
      ->capture_default_str();
  app.add_option("--distribution", typed.distribution,
                 "How keys are chosen: uniform, zipfian or latest; by default the workload's own")
      ->type_name("NAME");
  app.add_option("--read-share", settings.read_share, "The share of gets in workload mixed, 0 to 1")
      ->capture_default_str();
  app.add_option("--seed", settings.seed, "What is random in it")
      ->transform(whole_number())
      ->capture_default_str();
}

void add_options(CLI::App& app, Arguments& arguments, Typed& typed) {
  app.add_flag("--list", arguments.list, "What there is: engines, peers, workloads");
  app.add_option("--system", arguments.systems,
                 "What to measure: [label=][program:]engine; several with commas, or the option "
                 "again")
      ->type_name("SPEC,...")
      ->allow_extra_args(false);
  add_work_options(app, arguments, typed);
  add_store_options(app, arguments.settings.store);
  app.add_option("--rounds", arguments.rounds, "How often each system is run")
      ->transform(whole_number())
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--baseline", arguments.baseline,
                 "The system that the others are compared with; by default the first")
      ->type_name("LABEL");
  app.add_option("--latency-every", arguments.settings.latency_every, std::string(latency_help))
      ->transform(whole_number())
      ->capture_default_str();
  app.add_option("--directory", arguments.directory,
                 "Where stores on disk get their folders, which are removed; by default the "
                 "folder for temporary files")
      ->type_name("DIR");
  app.add_option("--limit", arguments.limit_seconds, "Seconds after which a run is given up")
      ->transform(whole_number())
      ->check(CLI::Range(1L, 1'000'000L))
      ->capture_default_str();
  app.add_option("--json", arguments.json,
                 "Writes all figures to this file; - is standard output, in place of tables")
      ->type_name("FILE");
  app.add_flag("--quiet", arguments.quiet, "Tables alone, no settings and no progress");
}

Status settle(Arguments& arguments, const Typed& typed) {
  if (!typed.distribution.empty()) {
    const auto distribution = distribution_of(typed.distribution);
    if (!distribution) return failure(distribution.error());
    arguments.settings.distribution = *distribution;
  }
  const auto warm_up = extent_of(typed.warm_up);
  if (!warm_up) return failure(warm_up.error());
  arguments.settings.warm_up = *warm_up;
  auto workloads = workloads_of(typed.workloads);
  if (!workloads) return failure(std::move(workloads));
  arguments.workloads = std::move(*workloads);
  return check(arguments.settings);
}

}  // namespace

Result<Arguments> parse_command_line(int argc, char** argv) {
  Arguments arguments;
  Typed typed;
  CLI::App app{std::string(synopsis)};
  app.formatter(std::make_shared<NoUsageLine>());
  app.footer(std::string(exit_codes));
  app.set_version_flag("--version", "kvbench " KVBENCH_VERSION);
  add_options(app, arguments, typed);
  const Result<bool> go_on = read_command_line(app, "kvbench", argc, argv);
  if (!go_on) return failure(go_on.error());
  if (!*go_on) {
    arguments.finished = true;
    return arguments;
  }
  if (Status settled = settle(arguments, typed); !settled) return failure(std::move(settled));
  return arguments;
}

}  // namespace kv::bench
