#include "tests/01-introduction/faulty_batch.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/01-introduction/faulty_keys.h"

namespace kv::test {
namespace {

using Kind = Batch::Kind;

// An operation that owns its bytes.
struct Operation {
  Kind kind;
  std::string key;
  std::string value;

  bool is_put() const { return kind == Kind::put; }
};

using Operations = std::vector<Operation>;

bool has(Reader& right, std::string_view key) { return right.contains(key).value_or(false); }

std::string stored_value(Fault fault, std::string_view value) {
  if (fault == Fault::value_ends_at_zero_byte)
    return std::string(value.substr(0, value.find('\0')));
  if (fault == Fault::value_length_has_16_bits) {
    return std::string(value.substr(0, value.size() % 65536));
  }
  return std::string(value);
}

Operations stored(Fault fault, const Batch::Operations& operations) {
  Operations owned;
  for (const Batch::Operation& each : operations) {
    owned.push_back({each.kind, stored_key(fault, each.key), stored_value(fault, each.value)});
  }
  return owned;
}

// Every key that begins with an erased one is erased as well.
Operations erase_longer_keys(const Operations& changes, Reader& right) {
  Operations more;
  for (const Operation& change : changes) {
    more.push_back(change);
    if (change.is_put()) continue;
    const std::string end = prefix_end(change.key);
    auto longer = right.scan({.start = change.key, .end = end});
    while (longer && (*longer)->next()) {
      more.push_back({Kind::erase, std::string((*longer)->key()), {}});
    }
  }
  return more;
}

Operations mistaken_changes(Fault fault, Operations changes, Reader& right) {
  switch (fault) {
    case Fault::empty_key_is_dropped:
      std::erase_if(changes, [](const Operation& change) { return change.key.empty(); });
      break;
    case Fault::put_keeps_first_value:
      std::erase_if(changes, [&](const Operation& change) {
        return change.is_put() && has(right, change.key);
      });
      break;
    case Fault::erase_takes_longer_keys: return erase_longer_keys(changes, right);
    case Fault::changes_run_backwards: std::reverse(changes.begin(), changes.end()); break;
    case Fault::erases_run_last:
      std::stable_partition(changes.begin(), changes.end(),
                            [](const Operation& change) { return change.is_put(); });
      break;
    case Fault::changes_end_at_127:
      if (changes.size() > 127) changes.resize(127);
      break;
    default: break;
  }
  return changes;
}

// Drops the requirements that the changes themselves would meet; false where they would break one.
bool meet_by_own_changes(Operations& requirements, const Operations& changes) {
  std::map<std::string, std::optional<std::string>> written;
  for (const Operation& change : changes) {
    written[change.key] = change.is_put() ? std::optional(change.value) : std::nullopt;
  }
  for (const Operation& requirement : requirements) {
    const auto found = written.find(requirement.key);
    if (found == written.end()) continue;
    const bool absent_wanted = requirement.kind == Kind::require_absent;
    if (absent_wanted ? found->second.has_value() : found->second != requirement.value)
      return false;
  }
  std::erase_if(requirements, [&](const Operation& each) { return written.contains(each.key); });
  return true;
}

Operations mistaken_requirements(Fault fault, Operations requirements, const Operations& changes,
                                 Reader& right) {
  switch (fault) {
    case Fault::require_absent_is_ignored:
      std::erase_if(requirements,
                    [](const Operation& each) { return each.kind == Kind::require_absent; });
      break;
    case Fault::require_value_asks_presence:
      std::erase_if(requirements, [&](const Operation& each) {
        return each.kind == Kind::require_value && has(right, each.key);
      });
      break;
    case Fault::require_empty_takes_absent:
      std::erase_if(requirements, [&](const Operation& each) {
        return each.kind == Kind::require_value && each.value.empty() && !has(right, each.key);
      });
      break;
    case Fault::only_first_requirement_counts:
      if (requirements.size() > 1) requirements.resize(1);
      break;
    case Fault::requirements_alone_always_hold:
      if (changes.empty()) requirements.clear();
      break;
    default: break;
  }
  return requirements;
}

void add(Batch& batch, const Operation& operation) {
  switch (operation.kind) {
    case Kind::require_value: return batch.require(operation.key, operation.value);
    case Kind::require_absent: return batch.require(operation.key, absent);
    case Kind::put: return batch.put(operation.key, operation.value);
    case Kind::erase: return batch.erase(operation.key);
  }
}

}  // namespace

Result<Batch> mistaken(Fault fault, const Batch& batch, Reader& right) {
  if (fault == Fault::empty_batch_fails && batch.empty()) {
    return failure(Code::invalid_argument, "the batch is empty; put something into it");
  }
  const Operations changes = stored(fault, batch.changes());
  if (fault == Fault::erase_of_absent_key_fails) {
    for (const Operation& change : changes) {
      if (!change.is_put() && !has(right, change.key)) return failure(Code::not_found);
    }
  }
  Operations requirements = stored(fault, batch.requirements());
  if (fault == Fault::requirements_see_own_changes && !meet_by_own_changes(requirements, changes)) {
    return failure(Code::conflict, "a requirement of the batch does not hold");
  }
  Batch written;
  for (const auto& each : mistaken_requirements(fault, requirements, changes, right)) {
    add(written, each);
  }
  for (const auto& each : mistaken_changes(fault, changes, right)) add(written, each);
  return written;
}

Batch requirements_of(const Batch& batch) {
  Batch requirements;
  for (const Batch::Operation& each : batch.requirements()) {
    add(requirements, {each.kind, std::string(each.key), std::string(each.value)});
  }
  return requirements;
}

Batch changes_of(const Batch& batch, std::size_t first, std::size_t last) {
  Batch changes;
  std::size_t number = 0;
  for (const Batch::Operation& each : batch.changes()) {
    if (number >= first && number < last) {
      add(changes, {each.kind, std::string(each.key), std::string(each.value)});
    }
    ++number;
  }
  return changes;
}

}  // namespace kv::test
