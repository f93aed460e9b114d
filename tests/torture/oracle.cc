#include "tests/torture/oracle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "base/quote.h"

namespace kv::torture {
namespace {

std::string told(std::string_view value) {
  return fmt::format("{} ({} bytes)", abbreviated(value), value.size());
}

// What a scan shows, as it comes.
using Entries = std::vector<std::pair<std::string, std::string>>;

// Adds what the walk shows before it ends or fails.
Status scan(Reader& reader, bool reverse, Entries& entries) {
  auto walk = reader.scan({.reverse = reverse});
  if (!walk) return failure(std::move(walk));
  while ((*walk)->next()) entries.emplace_back((*walk)->key(), (*walk)->value());
  return (*walk)->status();
}

// The first difference between what a walk shows and what it should.
Complaint difference(const Entries& seen, const Entries& expected) {
  const auto [at, wanted] =
      std::mismatch(seen.begin(), seen.end(), expected.begin(), expected.end());
  if (at == seen.end() && wanted == expected.end()) return std::nullopt;
  if (at == seen.end()) return fmt::format("lacks {}", quote(wanted->first));
  if (wanted == expected.end() || at->first != wanted->first) {
    return fmt::format("shows {} = {}, expected {}", quote(at->first), told(at->second),
                       wanted == expected.end() ? "the end" : quote(wanted->first));
  }
  return fmt::format("shows {} = {}, expected {}", quote(at->first), told(at->second),
                     told(wanted->second));
}

}  // namespace

bool Oracle::holds(const Batch& batch) const {
  for (const auto& requirement : batch.requirements()) {
    const auto found = acknowledged_state_.find(requirement.key);
    const bool present = found != acknowledged_state_.end() && found->second.value.has_value();
    if (requirement.kind == Batch::Kind::require_absent && present) return false;
    if (requirement.kind == Batch::Kind::require_value &&
        (!present || *found->second.value != requirement.value)) {
      return false;
    }
  }
  return true;
}

void Oracle::attempt(std::shared_ptr<const Batch> batch) {
  assert(batch->change_count() > 0);
  const SequenceNumber last = attempted() + batch->change_count();
  writes_.push_back({std::move(batch), last});
}

void Oracle::acknowledge(Durability durability) {
  const Write& write = writes_.back();
  perform(acknowledged_state_, *write.batch, acknowledged_ + 1);
  acknowledged_ = write.last;
  if (durability >= Durability::wal) survives_process_ = acknowledged_;
  if (durability >= Durability::sync) survives_power_ = acknowledged_;
}

void Oracle::refuse() { writes_.pop_back(); }

void Oracle::flushed() { survives_process_ = survives_power_ = acknowledged_; }

void Oracle::crashed(CrashPolicy policy) {
  if (policy != CrashPolicy::process_death) forgotten();
}

void Oracle::forgotten() { survives_process_ = survives_power_; }

Complaint Oracle::check(Store& store, std::optional<Code> excused) const {
  return check_between(survives_process_, attempted(), store, excused);
}

Complaint Oracle::check_prefix(Store& store, std::optional<Code> excused) const {
  return check_between(0, attempted(), store, excused);
}

Complaint Oracle::check_live(Store& store) const {
  return check_between(acknowledged_, acknowledged_, store);
}

void Oracle::reopened(SequenceNumber last) {
  std::erase_if(writes_, [&](const Write& write) { return write.last > last; });
  acknowledged_state_ = state_after(last);
  acknowledged_ = survives_process_ = survives_power_ = last;
}

std::size_t Oracle::promised_writes() const {
  const auto counts = [&](const Write& write) { return write.last <= survives_process_; };
  return static_cast<std::size_t>(std::ranges::count_if(writes_, counts));
}

void Oracle::perform(State& state, const Batch& batch, SequenceNumber first) {
  SequenceNumber sequence = first;
  for (const auto& change : batch.changes()) {
    Version version{sequence++, std::nullopt};
    if (change.kind == Batch::Kind::put) version.value = change.value;
    state.insert_or_assign(change.key, version);
  }
}

Oracle::State Oracle::state_after(SequenceNumber last) const {
  State state;
  SequenceNumber first = 1;
  for (const Write& write : writes_) {
    if (write.last > last) break;
    perform(state, *write.batch, first);
    first = write.last + 1;
  }
  return state;
}

Complaint Oracle::check_between(SequenceNumber least, SequenceNumber most, Store& store,
                                std::optional<Code> excused) const {
  const auto is_excused = [&](const auto& result) {
    return excused && failed_with(*excused, result);
  };
  Versioned* const versioned = store.as<Versioned>();
  assert(versioned != nullptr);
  const SequenceNumber last = versioned->last_sequence();
  if (last < least) {
    return fmt::format("it holds the writes up to {}; those up to {} were promised", last, least);
  }
  if (last > most) {
    return fmt::format("it holds writes up to {}; there have been no more than {}", last, most);
  }
  const auto ends_here = [&](const Write& write) { return write.last == last; };
  if (last > 0 && std::ranges::none_of(writes_, ends_here)) {
    return fmt::format("its last write, {}, lies in the midst of a batch", last);
  }

  Entries expected;
  for (const auto& [key, version] : state_after(last)) {
    if (version.value) expected.emplace_back(key, *version.value);
    const Result<std::string> value = store.get(key);
    if (is_excused(value)) continue;
    if (version.value ? !value || *value != *version.value : !failed_with(Code::not_found, value)) {
      return fmt::format("after write {}, get {} gives {}; expected {}", last, quote(key),
                         value ? told(*value) : value.error().text(),
                         version.value ? told(*version.value) : "not_found");
    }
    const Result<SequenceNumber> number = versioned->latest_version(key);
    if (is_excused(number)) continue;
    if (!number || (*number != version.sequence && (version.value || *number != 0))) {
      return fmt::format("after write {}, {} is of write {}; expected {}", last, quote(key),
                         number ? std::to_string(*number) : number.error().text(),
                         version.sequence);
    }
  }
  for (const bool reverse : {false, true}) {
    Entries seen;
    const Status walked = scan(store, reverse, seen);
    Entries wanted = expected;
    if (is_excused(walked)) wanted.resize(std::min(wanted.size(), seen.size()));
    const Complaint wrong =
        walked || is_excused(walked) ? difference(seen, wanted) : walked.error().text();
    if (wrong) {
      return fmt::format("after write {}, a scan {} {}", last, reverse ? "backwards" : "forwards",
                         *wrong);
    }
    std::ranges::reverse(expected);
  }
  return check_older(last, *versioned, excused);
}

Complaint Oracle::check_older(SequenceNumber last, Versioned& versioned,
                              std::optional<Code> excused) const {
  const auto there = static_cast<std::size_t>(
      std::ranges::count_if(writes_, [&](const Write& write) { return write.last <= last; }));
  if (there < 2) return std::nullopt;
  const SequenceNumber older = writes_[(there - 1) / 2].last;
  const auto snapshot = versioned.snapshot_at(older);
  if (failed_with(Code::invalid_argument, snapshot)) return std::nullopt;  // it has forgotten
  Entries seen;
  const Status walked = snapshot ? scan(**snapshot, false, seen) : failure(snapshot.error());
  if (excused && failed_with(*excused, walked)) return std::nullopt;
  Entries expected;
  for (const auto& [key, version] : state_after(older)) {
    if (version.value) expected.emplace_back(key, *version.value);
  }
  const Complaint wrong = walked ? difference(seen, expected) : walked.error().text();
  if (!wrong) return std::nullopt;
  return fmt::format("after write {}, a scan of what was there after write {} {}", last, older,
                     *wrong);
}

}  // namespace kv::torture
