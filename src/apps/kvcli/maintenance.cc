// The commands of a Session that look into the store's inner life (kv/capabilities.h).

#include <fmt/format.h>

#include <algorithm>

#include "apps/kvcli/level_drawing.h"
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
    return usage_error(
        "this engine tells nothing of its inner life; memtable, wal, sstable and lsm do");
  }
  switch (invocation.command->verb) {
    case Verb::compact: return compact(*maintenance, invocation);
    case Verb::clear: return answered(maintenance->clear(context_));
    case Verb::stats: return stats(*maintenance);
    case Verb::levels: return levels(*maintenance);
    default: return trace(*maintenance, invocation.arguments[0]);
  }
}

Outcome Session::compact(Maintenance& maintenance, const Invocation& invocation) {
  const Result<Bounds> bounds = invocation.bounds();
  if (!bounds) return usage_error(bounds.error().message());
  return answered(maintenance.compact({.start = bounds->start, .end = bounds->end}, context_));
}

Outcome Session::stats(Maintenance& maintenance) {
  const auto figures = maintenance.statistics();
  if (!figures) return store_error(figures.error());
  const Columns columns{figure_columns};
  Outcome outcome = print(heading_text(format_, columns));
  for (const auto& [name, value] : *figures) {
    if (outcome.failed()) break;
    const Cell cells[] = {std::string_view(name), value};
    outcome = format_ == Format::plain
                  ? print(fmt::format("{:<26} {:>14}\n", name, figure_text(value)))
                  : print(row_text(format_, columns, cells));
  }
  return outcome;
}

Outcome Session::levels(Maintenance& maintenance) {
  const auto levels = maintenance.levels();
  if (!levels) return store_error(levels.error());
  if (format_ == Format::plain) return print(level_drawing(*levels, output_.line_width()));
  const Columns columns{level_columns};
  Outcome outcome = print(heading_text(format_, columns));
  for (const Maintenance::Level& level : *levels) {
    if (outcome.failed()) break;
    const Cell cells[] = {static_cast<std::uint64_t>(level.number), level.files, level.bytes};
    outcome = print(row_text(format_, columns, cells));
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
