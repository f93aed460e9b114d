#include "tests/torture/author.h"

#include <fmt/format.h>

namespace kv::torture {

Author::Author(std::string_view workload, std::uint64_t seed, std::size_t log_bytes)
    : script_{std::string(workload), seed, log_bytes, {}}, random_(seed) {
  // Workloads of one seed have nothing to do with each other.
  for (const char c : workload) random_ = Random(random_.next() ^ static_cast<unsigned char>(c));
}

void Author::put(Sizes value_bytes) {
  Batch batch;
  batch.put(key(), value(value_bytes));
  add_write(std::move(batch));
}

void Author::erase() {
  Batch batch;
  batch.erase(key());
  add_write(std::move(batch));
}

void Author::batch(Sizes value_bytes) {
  Batch batch;
  const bool happens = !once_in(2) || require_something(batch);
  const std::size_t changes = 1 + random_.below(5);
  for (std::size_t i = 0; i < changes; ++i) {
    if (once_in(4)) {
      batch.erase(key());
    } else {
      batch.put(key(), value(value_bytes));
    }
  }
  add_write(std::move(batch), happens);
}

bool Author::require_something(Batch& batch) {
  const std::string required = key();
  const auto found = expected_.find(required);
  const bool present = found != expected_.end();
  const bool holds = !once_in(4);
  if (present && holds) {
    batch.require(required, found->second);
  } else if (present || holds) {
    batch.require(required, absent);
  } else {
    batch.require(required, "no such value");
  }
  return holds;
}

void Author::add_write(Batch batch, bool happens) {
  for (const auto& change : batch.changes()) {
    if (!happens) break;
    if (change.kind == Batch::Kind::put) {
      expected_.insert_or_assign(std::string(change.key), std::string(change.value));
    } else {
      expected_.erase(std::string(change.key));
    }
  }
  add({.kind = Step::Kind::write, .batch = std::make_shared<const Batch>(std::move(batch))});
}

std::string Author::key() {
  constexpr std::uint64_t keys = 24;
  const std::uint64_t drawn = random_.below(keys);
  if (drawn == 0) return "";  // a key like any other
  if (drawn == 1) return std::string("\0\xff", 2);
  return fmt::format("k{:02}", drawn);
}

// A number, then letters; now and then zeros, which look like a file's end that was never written.
std::string Author::value(Sizes sizes) {
  const std::size_t bytes = sizes.least + random_.below(sizes.most - sizes.least + 1);
  if (bytes == 0) return "";
  std::string value = fmt::format("{}.{} ", script_.seed, ++values_);
  const bool zeros = once_in(8);
  while (value.size() < bytes) {
    value += zeros ? '\0' : static_cast<char>('a' + random_.below(26));
  }
  return value;
}

}  // namespace kv::torture
