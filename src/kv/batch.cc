#include "kv/batch.h"

#include <algorithm>
#include <cassert>

#include "base/coding.h"

namespace kv {
namespace {

bool has_value(Batch::Kind kind) {
  return kind == Batch::Kind::put || kind == Batch::Kind::require_value;
}

void append(std::string& out, Batch::Kind kind, std::string_view key, std::string_view value) {
  out.push_back(static_cast<char>(kind));
  append_string(out, key);
  if (has_value(kind)) append_string(out, value);
}

// Takes one operation of a kind in [first, last] from the front of `input`.
bool take(std::string_view& input, Batch::Kind first, Batch::Kind last,
          Batch::Operation& operation) {
  if (input.empty()) return false;
  const auto kind = static_cast<Batch::Kind>(input.front());
  if (kind < first || kind > last) return false;
  std::string_view rest = input.substr(1);
  operation = {kind, {}, {}};
  if (!take_string(rest, operation.key)) return false;
  if (has_value(kind) && !take_string(rest, operation.value)) return false;
  input = rest;
  return true;
}

std::unexpected<Error> malformed(std::string_view what, std::size_t offset) {
  return failure(Code::corruption, "batch: " + std::string(what) + " at byte " +
                                       std::to_string(offset) +
                                       "; the bytes were damaged or are not a batch");
}

}  // namespace

void Batch::put(std::string_view key, std::string_view value) {
  append(changes_, Kind::put, key, value);
  ++change_count_;
  note(key, value);
}

void Batch::erase(std::string_view key) {
  append(changes_, Kind::erase, key, {});
  ++change_count_;
  note(key, {});
}

void Batch::require(std::string_view key, std::string_view value) {
  append(requirements_, Kind::require_value, key, value);
  ++requirement_count_;
  note(key, value);
}

void Batch::require(std::string_view key, Absent) {
  append(requirements_, Kind::require_absent, key, {});
  ++requirement_count_;
  note(key, {});
}

Batch::Operations Batch::requirements() const& { return Operations(requirements_); }
Batch::Operations Batch::changes() const& { return Operations(changes_); }

void Batch::clear() { *this = Batch(); }

std::size_t Batch::bytes() const {
  return varint_bytes(requirement_count_) + varint_bytes(change_count_) + requirements_.size() +
         changes_.size();
}

std::string Batch::encode() const {
  std::string out;
  out.reserve(bytes());
  append_varint(out, requirement_count_);
  append_varint(out, change_count_);
  return out.append(requirements_).append(changes_);
}

void Batch::encode_changes(std::string& out) const {
  append_varint(out, 0);
  append_varint(out, change_count_);
  out.append(changes_);
}

Result<Batch> Batch::decode(std::string_view bytes) {
  std::string_view rest = bytes;
  const auto offset = [&] { return bytes.size() - rest.size(); };
  std::uint64_t requirements = 0;
  std::uint64_t changes = 0;
  if (!take_varint(rest, requirements) || !take_varint(rest, changes))
    return malformed("no count", offset());

  Batch batch;
  Operation operation{};
  const auto take_all = [&](std::uint64_t count, Kind first, Kind last, std::string& into) -> bool {
    const std::string_view from = rest;
    for (; count > 0; --count) {
      if (!take(rest, first, last, operation)) return false;
      batch.note(operation.key, operation.value);
    }
    into = from.substr(0, from.size() - rest.size());
    return true;
  };
  if (!take_all(requirements, Kind::require_value, Kind::require_absent, batch.requirements_)) {
    return malformed("no requirement", offset());
  }
  if (!take_all(changes, Kind::put, Kind::erase, batch.changes_))
    return malformed("no change", offset());
  if (!rest.empty()) return malformed("more bytes than its counts say", offset());
  batch.requirement_count_ = requirements;
  batch.change_count_ = changes;
  return batch;
}

void Batch::note(std::string_view key, std::string_view value) {
  largest_key_ = std::max(largest_key_, key.size());
  largest_value_ = std::max(largest_value_, value.size());
}

void Batch::Operations::iterator::read() {
  done_ = rest_.empty();
  if (done_) return;
  [[maybe_unused]] const bool whole = take(rest_, Kind::require_value, Kind::erase, operation_);
  assert(whole);  // a Batch holds only what it encoded or checked itself
}

}  // namespace kv
