#include "tests/support/story.h"

#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "base/checksum.h"
#include "tests/support/live_story.h"
#include "tests/support/record.h"

namespace kv::test {
namespace {

std::mutex mutex;
Record record;
LiveStory live;
std::string under_way;  // announced, and not ended yet
std::uint64_t chosen_seed = 1;

void end_step(std::string_view what, std::string_view rest) {
  if (under_way != what) live.begin(what);
  live.end(rest);
  under_way.clear();
}

}  // namespace

std::string announce(std::string what) {
  const std::lock_guard lock(mutex);
  live.begin(what);
  under_way = what;
  return what;
}

void step(std::string_view what) {
  const std::lock_guard lock(mutex);
  end_step(what, "");
  record.story.emplace_back(what);
}

void observe(std::string_view what, std::string_view seen) {
  const std::lock_guard lock(mutex);
  end_step(what, fmt::format(" -> {}", seen));
  record.story.push_back(fmt::format("{} -> {}", what, seen));
  record.observations.emplace_back(what, seen);
}

void tell_grader(int fd) {
  const std::lock_guard lock(mutex);
  live.tell_grader(fd);
}

void tell_people() {
  const std::lock_guard lock(mutex);
  live.tell_people();
}

bool told_to_people() {
  const std::lock_guard lock(mutex);
  return live.told_to_people();
}

std::uint64_t seed() { return chosen_seed; }
void set_seed(std::uint64_t seed) { chosen_seed = seed; }

void fail_record(std::string failure) {
  const std::lock_guard lock(mutex);
  record.failures.push_back(std::move(failure));
}

Record take_record() {
  const std::lock_guard lock(mutex);
  if (!under_way.empty()) record.story.push_back(std::exchange(under_way, {}) + " -> no answer");
  live.end_case();
  return std::exchange(record, {});
}

std::string quoted(std::string_view bytes) {
  constexpr std::size_t whole_bytes = 64;
  if (bytes.size() > whole_bytes) {
    return fmt::format("{}...({} bytes, hash {:016x})", quoted(bytes.substr(0, 16)), bytes.size(),
                       checksum(bytes));
  }
  std::string text = "\"";
  for (const char c : bytes) {
    if (c == '"' || c == '\\') {
      text.append({'\\', c});
    } else if (c >= ' ' && c <= '~') {
      text.push_back(c);
    } else {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text + "\"";
}

}  // namespace kv::test
