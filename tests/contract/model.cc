#include <algorithm>

#include "tests/contract/world.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

std::string told_entry(const std::pair<std::string, std::string>& entry) {
  return test::quoted(entry.first) + "=" + test::quoted(entry.second);
}

// What a scan of the range delivers, its limit aside.
std::vector<std::pair<std::string, std::string>> entries_of(const Model::Content& content,
                                                            const Range& range) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const auto& [key, value] : content) {
    if (range.contains(key)) entries.emplace_back(key, value);
  }
  if (range.reverse) std::reverse(entries.begin(), entries.end());
  return entries;
}

}  // namespace

std::string Model::put(std::string_view key, std::string_view value) {
  contents_[the_store].insert_or_assign(std::string(key), value);
  return "ok";
}

std::string Model::erase(std::string_view key) {
  contents_[the_store].erase(std::string(key));
  return "ok";
}

std::string Model::apply(const Batch& batch) {
  for (const Batch::Operation& requirement : batch.requirements()) {
    if (!holds(requirement)) return "conflict";
  }
  for (const Batch::Operation& change : batch.changes()) {
    if (change.kind == Batch::Kind::put) {
      put(change.key, change.value);
    } else {
      erase(change.key);
    }
  }
  return "ok";
}

std::string Model::flush() { return "ok"; }

std::string Model::get(Place place, std::string_view key) {
  const auto found = content(place).find(key);
  return found == content(place).end() ? "not_found" : "ok " + test::quoted(found->second);
}

std::string Model::contains(Place place, std::string_view key) {
  return content(place).contains(key) ? "true" : "false";
}

std::string Model::scan(Place place, const Range& range) {
  std::string text;
  std::size_t count = 0;
  for (const auto& entry : entries_of(content(place), range)) {
    if (range.limit != 0 && count++ == range.limit) break;
    text += (text.empty() ? "" : " ") + told_entry(entry);
  }
  return text.empty() ? "nothing" : text;
}

std::string Model::take_snapshot(Place place) {
  contents_[place] = content();
  return "ok";
}

std::string Model::drop_snapshot(Place place) {
  contents_.erase(place);
  return "ok";
}

std::string Model::open_iterator(int slot, Place place, const Range& range) {
  walks_[slot] = {entries_of(content(place), range), range.reverse, range.limit};
  return "ok";
}

std::string Model::next(int slot) {
  Walk& walk = walks_.at(slot);
  return step_to(walk, walk.ahead);
}

std::string Model::seek(int slot, std::string_view key) {
  Walk& walk = walks_.at(slot);
  const auto found = std::find_if(walk.entries.begin(), walk.entries.end(), [&](const auto& entry) {
    return walk.reverse ? entry.first <= key : entry.first >= key;
  });
  return step_to(walk, static_cast<std::size_t>(found - walk.entries.begin()));
}

std::string Model::drop_iterator(int slot) {
  walks_.erase(slot);
  return "ok";
}

bool Model::holds(const Batch::Operation& requirement) const {
  const auto found = content().find(requirement.key);
  if (requirement.kind == Batch::Kind::require_absent) return found == content().end();
  return found != content().end() && found->second == requirement.value;
}

// A step that finds nothing, or comes after the last that the limit allows, ends at the end.
std::string Model::step_to(Walk& walk, std::size_t index) {
  const bool used_up = walk.limit != 0 && walk.delivered == walk.limit;
  if (used_up || index == walk.entries.size()) {
    walk.ahead = walk.entries.size();
    return "end";
  }
  walk.ahead = index + 1;
  ++walk.delivered;
  return told_entry(walk.entries[index]);
}

}  // namespace kv::test
