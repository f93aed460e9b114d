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

std::string told(const Violation& violation) {
  std::string text = fmt::format("VIOLATION in {}\n", violation.where);
  for (std::size_t i = 0; i < violation.story.size(); ++i) {
    text += fmt::format("  {:4}. {}\n", i + 1, violation.story[i]);
  }
  text += fmt::format("  {}\n", violation.what);
  if (!violation.command.empty()) text += fmt::format("  again: {}\n", violation.command);
  return text;
}

std::string summary(const Report& report) {
  constexpr std::size_t policies = power_losses.size() + 1;  // and the death of the process
  return fmt::format(
      "torture: {} crash points, {} policies, {} workloads, {} acknowledged writes checked, "
      "{} recoveries, {} violations",
      report.coverage.total(), policies, report.workloads, report.acknowledged, report.recoveries,
      report.violations.size());
}

}  // namespace kv::torture
