#include "tests/torture/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/simulated_file_system.h"

namespace kv::torture {

void add(Report& sum, const Report& other) {
  sum.coverage.add(other.coverage);
  sum.workloads = std::max(sum.workloads, other.workloads);
  sum.acknowledged += other.acknowledged;
  sum.recoveries += other.recoveries;
  std::ranges::copy(other.violations, std::back_inserter(sum.violations));
}

std::string counted(std::uint64_t count, std::string_view what, std::string_view several) {
  if (count == 1) return fmt::format("1 {}", what);
  return several.empty() ? fmt::format("{} {}s", count, what)
                         : fmt::format("{} {}", count, several);
}

std::string looked_at(const Report& report) {
  return fmt::format("{} checked, {}, {}", counted(report.acknowledged, "acknowledged write"),
                     counted(report.recoveries, "recovery", "recoveries"),
                     counted(report.violations.size(), "violation"));
}

std::string told(const Violation& violation, std::string_view program) {
  std::string text = fmt::format("VIOLATION in {}\n", violation.where);
  for (std::size_t i = 0; i < violation.story.size(); ++i) {
    text += fmt::format("  {:4}. {}\n", i + 1, violation.story[i]);
  }
  text += fmt::format("  {}\n", violation.what);
  if (!violation.options.empty()) {
    text += fmt::format("  again: {} {}\n", program, violation.options);
  }
  return text;
}

std::string summary(const Report& report) {
  constexpr std::size_t policies = power_losses.size() + 1;  // and the death of the process
  return fmt::format("torture: {}, {} policies, {}, {}",
                     counted(report.coverage.total(), "crash point"), policies,
                     counted(report.workloads, "workload"), looked_at(report));
}

}  // namespace kv::torture
