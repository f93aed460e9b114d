// The commands of a Session that look into the store's inner life (kv/capabilities.h).

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/kvcli/session.h"

namespace kv::cli {
namespace {

constexpr std::string_view figure_columns[] = {"name", "value"};
constexpr std::string_view level_columns[] = {"level", "files", "bytes"};
constexpr std::string_view step_columns[] = {"step"};

}  // namespace

Outcome Session::maintain(const Invocation& invocation) {
  auto* const maintenance = store_->as<Maintenance>();
  if (maintenance == nullptr) {
    return usage_error("this engine tells nothing of its inner life; memtable, wal and sstable do");
  }
  switch (invocation.command->verb) {
    case Verb::compact: return answered(maintenance->compact({}, context_));
    case Verb::clear: return answered(maintenance->clear(context_));
    case Verb::stats: return stats(*maintenance);
    case Verb::levels: return levels(*maintenance);
    default: return trace(*maintenance, invocation.arguments[0]);
  }
}

Outcome Session::stats(Maintenance& maintenance) {
  const auto figures = maintenance.statistics();
  if (!figures) return store_error(figures.error());
  const Columns columns{figure_columns};
  Outcome outcome = print(heading_text(format_, columns));
  for (const auto& [name, value] : *figures) {
    if (outcome.failed()) break;
    // Counts, all of them.
    const auto whole = static_cast<std::uint64_t>(std::llround(std::max(value, 0.0)));
    const Cell cells[] = {std::string_view(name), whole};
    outcome = format_ == Format::plain ? print(fmt::format("{:<24} {:>14}\n", name, whole))
                                       : print(row_text(format_, columns, cells));
  }
  return outcome;
}

Outcome Session::levels(Maintenance& maintenance) {
  const auto levels = maintenance.levels();
  if (!levels) return store_error(levels.error());
  const Columns columns{level_columns};
  Outcome outcome = print(heading_text(format_, columns));
  if (format_ == Format::plain && levels->empty()) return print("no tables\n");
  for (const Maintenance::Level& level : *levels) {
    if (outcome.failed()) break;
    const Cell cells[] = {static_cast<std::uint64_t>(level.number), level.files, level.bytes};
    outcome = format_ == Format::plain
                  ? print(fmt::format("level {}: {} table{}, {} bytes\n", level.number, level.files,
                                      level.files == 1 ? "" : "s", level.bytes))
                  : print(row_text(format_, columns, cells));
  }
  return outcome;
}

Outcome Session::trace(Maintenance& maintenance, const std::string& key) {
  std::vector<std::string> steps;
  const Status end = maintenance.trace(key, steps, context_);
  const Columns columns{step_columns};
  Outcome outcome = print(heading_text(format_, columns));
  for (const std::string& step : steps) {
    if (outcome.failed()) break;
    const Cell cells[] = {std::string_view(step)};
    outcome = print(row_text(format_, columns, cells));
  }
  return end || outcome.failed() ? outcome : store_error(end.error());
}

}  // namespace kv::cli
