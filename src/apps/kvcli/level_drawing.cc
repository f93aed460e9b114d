#include "apps/kvcli/level_drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace kv::cli {
namespace {

using Level = Maintenance::Level;

constexpr std::string_view box = "[#]";
constexpr std::size_t least_room = 16;  // for boxes and bars: enough for "[#] + 123 more"

std::string tables_text(std::uint64_t tables) {
  return fmt::format("{} table{}", tables, tables == 1 ? "" : "s");
}

std::string boxes(std::uint64_t tables, std::size_t room) {
  const auto all = [&](std::uint64_t shown) {
    std::string text;
    for (std::uint64_t i = 0; i < shown; ++i) text += box;
    return text;
  };
  if (tables <= room / box.size()) return all(tables);
  const std::size_t rest_room = fmt::format(" + {} more", tables).size();
  const std::uint64_t shown = room > rest_room ? (room - rest_room) / box.size() : 0;
  return fmt::format("{} + {} more", all(shown), tables - shown);
}

// `room` characters for the most bytes; what is not nothing is at least one.
std::string bar(std::uint64_t bytes, std::uint64_t most_bytes, std::size_t room) {
  if (bytes == 0) return {};
  const double share = static_cast<double>(bytes) / static_cast<double>(most_bytes);
  const auto length = static_cast<std::size_t>(share * static_cast<double>(room));
  return std::string(std::clamp<std::size_t>(length, 1, room), '#');
}

// With a level without tables wherever one is left out between others.
std::vector<Level> without_gaps(std::span<const Level> levels) {
  std::vector<Level> all;
  for (const Level& level : levels) {
    while (!all.empty() && all.back().number + 1 < level.number) {
      all.push_back({.number = all.back().number + 1, .files = 0, .bytes = 0});
    }
    all.push_back(level);
  }
  return all;
}

// The name and the figures of a line, each in its column.
struct Figures {
  std::string name;
  std::string tables;
  std::string bytes;
};

}  // namespace

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> units = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < units.size(); ++unit) value /= 1024;
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, decimals, units[unit]);
}

std::string level_drawing(std::span<const Level> levels, std::size_t width) {
  if (levels.empty()) return "no tables\n";
  const std::vector<Level> all = without_gaps(levels);
  std::vector<Figures> figures;
  Level sum{};
  std::uint64_t most_bytes = 1;
  for (const Level& level : all) {
    figures.push_back(
        {fmt::format("level {}", level.number), tables_text(level.files), bytes_text(level.bytes)});
    sum.files += level.files;
    sum.bytes += level.bytes;
    if (level.number > 0) most_bytes = std::max(most_bytes, level.bytes);
  }
  if (all.size() > 1) figures.push_back({"in all", tables_text(sum.files), bytes_text(sum.bytes)});

  std::size_t tables_width = 0;
  std::size_t bytes_width = 0;
  for (const Figures& line : figures) {
    tables_width = std::max(tables_width, line.tables.size());
    bytes_width = std::max(bytes_width, line.bytes.size());
  }
  const std::size_t used =
      std::string_view("level 0").size() + 3 + tables_width + 2 + bytes_width + 2;
  const std::size_t room = std::max(width, used + least_room) - used;

  std::string text;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const Figures& line = figures[i];
    text += fmt::format("{:<7}   {:>{}}  {:>{}}", line.name, line.tables, tables_width, line.bytes,
                        bytes_width);
    const std::string picture = i == all.size()      ? ""
                                : all[i].number == 0 ? boxes(all[i].files, room)
                                                     : bar(all[i].bytes, most_bytes, room);
    text += picture.empty() ? "\n" : fmt::format("  {}\n", picture);
  }
  return text;
}

}  // namespace kv::cli
