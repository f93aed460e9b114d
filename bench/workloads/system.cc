#include "bench/workloads/system.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

#include "base/nearest.h"
#include "base/quote.h"
#include "bench/workloads/child.h"

namespace kv::bench {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> wrong(std::string complaint) {
  return failure(Code::invalid_argument, std::move(complaint));
}

Result<EngineInfo> engine_of(const Description& description, const std::string& program,
                             const std::string& name) {
  std::vector<std::string_view> names;
  for (const EngineInfo& engine : description.engines) {
    if (engine.name == name) return engine;
    names.push_back(engine.name);
  }
  const std::string_view meant = nearest(name, names);
  return wrong(fmt::format("{} has no engine {}; {}there are: {}",
                           printable(fs::path(program).filename().string()), abbreviated(name),
                           meant.empty() ? "" : fmt::format("did you mean {}? ", meant),
                           fmt::join(names, ", ")));
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t comma = 0; comma != text.npos; text.remove_prefix(comma + 1)) {
    comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == text.npos) break;
  }
  return parts;
}

std::string path_of(const std::string& program, const std::string& self) {
  if (program.empty()) return self;
  if (program.find('/') != program.npos) return program;
  return (fs::path(self).parent_path() / program).string();
}

}  // namespace

Result<SystemSpec> parse_system(std::string_view text) {
  SystemSpec spec;
  std::string_view rest = text;
  if (const std::size_t equals = rest.find('='); equals != rest.npos) {
    spec.label = rest.substr(0, equals);
    rest.remove_prefix(equals + 1);
    if (spec.label.empty())
      return wrong(fmt::format("--system {}: the label is empty", abbreviated(text)));
  }
  if (const std::size_t colon = rest.rfind(':'); colon != rest.npos) {
    spec.program = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
    if (spec.program.empty())
      return wrong(fmt::format("--system {}: the program is empty", abbreviated(text)));
  }
  spec.engine = rest;
  if (spec.engine.empty())
    return wrong(fmt::format("--system {} names no engine; it takes [label=][program:]engine",
                             abbreviated(text)));
  return spec;
}

Result<Description> describe(const std::string& program) {
  constexpr std::chrono::seconds limit(30);
  if (::access(program.c_str(), X_OK) != 0)
    return wrong(fmt::format("{}: {}", printable(program), std::strerror(errno)));
  const Result<Ended> ended = run_child({program, "--worker", describe_request()}, limit);
  if (!ended) return failure(ended.error());
  const std::string_view output = ended->output;
  Result<Description> description = decode_description(output.substr(0, output.find('\n')));
  if (description) return description;
  return wrong(
      fmt::format("{} does not answer as a kvbench does; build it anew", printable(program)));
}

Result<std::vector<System>> find_systems(std::span<const std::string> texts,
                                         const std::string& self) {
  std::vector<System> systems;
  std::map<std::string, Description> descriptions;  // by program
  for (const std::string& text : texts) {
    for (const std::string_view part : split(text)) {
      const Result<SystemSpec> spec = parse_system(part);
      if (!spec) return failure(spec.error());
      const std::string program = path_of(spec->program, self);
      if (!descriptions.contains(program)) {
        Result<Description> description = describe(program);
        if (!description) return failure(std::move(description));
        descriptions[program] = std::move(*description);
      }
      const Description& description = descriptions[program];
      Result<EngineInfo> engine = engine_of(description, program, spec->engine);
      if (!engine) return failure(std::move(engine));
      System system{.label = spec->label,
                    .program = program,
                    .engine = std::move(*engine),
                    .build = description.build,
                    .optimised = description.optimised};
      if (system.label.empty()) {
        system.label = spec->engine;
        if (!spec->program.empty())
          system.label = fs::path(program).filename().string() + ":" + spec->engine;
      }
      if (std::ranges::find(systems, system.label, &System::label) != systems.end())
        return wrong(fmt::format("two systems are called {0}; name one: --system other={1}",
                                 printable(system.label), printable(part)));
      systems.push_back(std::move(system));
    }
  }
  return systems;
}

}  // namespace kv::bench
