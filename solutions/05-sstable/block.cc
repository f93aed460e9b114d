#include "storage/block.h"

#include <bit>
#include <cstring>
#include <utility>
#include <vector>

#include "base/coding.h"
#include "base/todo.h"
#include "storage/internal_key.h"

namespace kv {
namespace {

Error damaged(std::size_t at, std::string_view what) {
  return {Code::corruption, "at byte " + std::to_string(at) + " of a block: " + std::string(what) +
                                "; its bytes are not what was written"};
}

Error bad_entry(std::size_t at) { return damaged(at, "the lengths of an entry cannot be right"); }

// The parts of a block; the bytes are the block's.
struct Contents {
  std::string_view entries;
  std::string_view points;  // fixed32 each

  std::size_t restarts() const { return points.size() / sizeof(std::uint32_t); }

  // Where the entry of a restart point begins.  Requires: point < restarts().
  std::size_t restart(std::size_t point) const {
    std::uint32_t offset = 0;
    std::memcpy(&offset, points.data() + point * sizeof(offset), sizeof(offset));
    if constexpr (std::endian::native == std::endian::big) offset = __builtin_bswap32(offset);
    return offset;
  }

  // Where its interval ends: the next restart point's entry begins, or there is none.
  std::size_t end_of_interval(std::size_t point) const {
    return point + 1 < restarts() ? restart(point + 1) : entries.size();
  }
};

Result<Contents> contents_of(std::string_view bytes) {
  // LAB 5.2  Take the block apart, from its end. What must be true of the restart points stands at
  // make_block in storage/block.h.
  // Hint: four times a number of 32 bits may not be what you think it is.
  //[ throw todo("5.2", bytes, damaged(0, ""), Contents());
  constexpr std::size_t number = sizeof(std::uint32_t);
  if (bytes.size() < number) return failure(damaged(0, "it is too short for one"));
  std::string_view last = bytes.substr(bytes.size() - number);
  std::uint32_t count = 0;
  static_cast<void>(take_fixed32(last, count));
  const std::size_t room = bytes.size() - number;
  if (count > room / number) return failure(damaged(room, "more restart points than bytes"));
  const std::size_t entry_bytes = room - count * number;
  const Contents contents{bytes.substr(0, entry_bytes), bytes.substr(entry_bytes, count * number)};
  if (count == 0 && entry_bytes != 0) return failure(damaged(room, "entries, no restart point"));
  for (std::size_t point = 0; point < count; ++point) {
    const std::size_t at = contents.restart(point);
    const bool follows = point == 0 ? at == 0 : at > contents.restart(point - 1);
    // Its entry begins with how many bytes it shares: none.
    if (!follows || at >= entry_bytes || bytes[at] != 0) {
      return failure(damaged(entry_bytes + point * number, "a restart point cannot be right"));
    }
  }
  return contents;
  //]
}

// An entry as it stands in the block: with the part of its key that the one before doesn't have.
struct StoredEntry {
  std::size_t shared;
  std::string_view unshared;
  std::string_view value;
  std::size_t end;  // where the next entry begins
};

struct Lengths {
  std::uint64_t shared;
  std::uint64_t unshared;
  std::uint64_t value;
};

// As take_varint three times; most lengths take one byte each.
bool take_lengths(std::string_view& input, Lengths& lengths) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(input[at]); };
  if (input.size() >= 3 && (byte(0) | byte(1) | byte(2)) < 128) {
    lengths = {byte(0), byte(1), byte(2)};
    input.remove_prefix(3);
    return true;
  }
  return take_varint(input, lengths.shared) && take_varint(input, lengths.unshared) &&
         take_varint(input, lengths.value);
}

// Reads the entry that begins there, behind one whose key has `before` bytes; at a restart point
// there is none before, so 0. False where its lengths don't fit: it reaches behind the entries'
// end, shares more than there is, or its key is too short for an internal key. Requires: at <
// contents.entries.size().
bool read_entry(const Contents& contents, std::size_t at, std::size_t before, StoredEntry& entry) {
  // LAB 5.2  Read it. Every byte may be anything.
  // Hint: two lengths that fit may not fit together, and their sum may be less than either.
  //[ throw todo("5.2", contents, at, before, entry, take_lengths, tag_bytes);
  std::string_view rest = contents.entries.substr(at);
  Lengths lengths{};
  if (!take_lengths(rest, lengths)) return false;
  const auto [shared, unshared, value] = lengths;
  if (unshared > rest.size() || value > rest.size() - unshared) return false;
  if (shared > before || shared + unshared < tag_bytes) return false;
  entry.shared = shared;
  entry.unshared = rest.substr(0, unshared);
  entry.value = rest.substr(unshared, value);
  entry.end = contents.entries.size() - rest.size() + unshared + value;
  return true;
  //]
}

// Makes the entry's key out of the key of the entry before.
// Requires: that one has at least as many bytes as they share.
void make_key(const StoredEntry& entry, std::string& key) {
  const std::size_t size = entry.shared + entry.unshared.size();
  // What it is called with may be more than what was asked for (libstdc++ 12).
  key.resize_and_overwrite(size, [&](char* bytes, std::size_t) {
    std::memcpy(bytes + entry.shared, entry.unshared.data(), entry.unshared.size());
    return size;
  });
}

// The restart point where a search for the internal key begins: the last one whose key is not
// behind `target`, or the first one.  Requires: there is one.
Result<std::size_t> restart_for(const Contents& contents, std::string_view target) {
  // LAB 5.2  A binary search. A restart point's key stands in the block in full: compare it there.
  //[ throw todo("5.2", contents, target, read_entry, bad_entry(0), internal_key_less);
  std::size_t low = 0;
  std::size_t high = contents.restarts() - 1;
  while (low < high) {
    const std::size_t middle = high - (high - low) / 2;
    StoredEntry entry;
    if (!read_entry(contents, contents.restart(middle), 0, entry)) {
      return failure(bad_entry(contents.restart(middle)));
    }
    if (internal_key_less(target, entry.unshared)) {
      high = middle - 1;
    } else {
      low = middle;
    }
  }
  return low;
  //]
}

class ForwardWalk final : public InternalIterator {
 public:
  explicit ForwardWalk(const Contents& contents) : contents_(contents) {}

 private:
  bool do_next() override {
    // LAB 5.2  Read the entry at at_, and make its key out of the one before.
    //[ throw todo("5.2", contents_, at_, key_, read_entry, make_key, bad_entry(0));
    if (at_ >= contents_.entries.size()) return false;
    StoredEntry entry;
    if (!read_entry(contents_, at_, key_.size(), entry)) return fail(bad_entry(at_));
    make_key(entry, key_);
    at_ = entry.end;
    stand_on(key_, entry.value);
    return true;
    //]
  }

  bool do_seek(std::string_view target) override {
    if (contents_.restarts() == 0) return false;
    Result<std::size_t> point = restart_for(contents_, target);
    if (!point) return fail(std::move(point).error());
    at_ = contents_.restart(*point);
    key_.clear();
    while (do_next()) {
      if (!internal_key_less(key_, target)) return true;
    }
    return false;
  }

  const Contents contents_;
  std::size_t at_ = 0;  // where the next entry begins
  std::string key_;     // of the entry before it; empty where a seek begins
};

class ReverseWalk final : public InternalIterator {
 public:
  explicit ReverseWalk(const Contents& contents)
      : contents_(contents), point_(contents.restarts()) {}

 private:
  bool do_next() override {
    // LAB 5.2  Step to the entry before. Entries can only be read forward, from a restart point on:
    // so read a whole interval at a time, and keep what it takes to go back through it.
    // Hint: a key is made by cutting off the end of the one before and appending to what is left.
    // Whoever keeps what was cut off can undo it; and that is never more than the interval's bytes,
    // while all keys in full may be a thousand times as much, if the block was made to hurt you.
    //[ throw todo("5.2", contents_.end_of_interval(0), point_, key_, read_entry, bad_entry(0));
    if (!steps_.empty()) step_back();
    if (steps_.empty() && (point_ == 0 || !read_interval(--point_))) return false;
    stand_on(key_, steps_.back().value);
    return true;
    //]
  }

  bool do_seek(std::string_view target) override {
    // LAB 5.2  To the last entry that is not behind the target.
    //[ throw todo("5.2", contents_, point_, key_, target, restart_for, internal_key_less);
    if (contents_.restarts() == 0) return false;
    Result<std::size_t> point = restart_for(contents_, target);
    if (!point) return fail(std::move(point).error());
    point_ = *point;
    if (!read_interval(point_)) return false;
    while (!steps_.empty() && internal_key_less(target, key_)) step_back();
    if (steps_.empty()) return false;
    stand_on(key_, steps_.back().value);
    return true;
    //]
  }

  //[ // Helpers and members of yours here.
  // A step forward within the interval, and what undoes it.
  struct Step {
    std::size_t shared;  // what is left of the key before ...
    std::size_t cut;     // ... and where in cut_ stands what is not
    std::string_view value;
  };

  // Goes through the interval, to its last entry.
  bool read_interval(std::size_t point) {
    key_.clear();
    cut_.clear();
    steps_.clear();
    const std::size_t end = contents_.end_of_interval(point);
    std::size_t at = contents_.restart(point);
    while (at < end) {
      StoredEntry entry;
      if (!read_entry(contents_, at, key_.size(), entry)) return fail(bad_entry(at));
      steps_.push_back({entry.shared, cut_.size(), entry.value});
      cut_.append(key_, entry.shared);
      make_key(entry, key_);
      at = entry.end;
    }
    if (at != end) return fail(damaged(end, "a restart point lies within an entry"));
    return true;
  }

  void step_back() {
    const Step& step = steps_.back();
    key_.resize(step.shared);
    key_.append(cut_, step.cut);
    cut_.resize(step.cut);
    steps_.pop_back();
  }

  std::string cut_;          // what each step cut off the key, one behind the other
  std::vector<Step> steps_;  // from the restart point to the entry it stands on
  //]

  const Contents contents_;
  std::size_t point_;  // the restart point of the interval it stands in
  std::string key_;
};

class PrefixBlock final : public Block {
 public:
  explicit PrefixBlock(std::string bytes) : bytes_(std::move(bytes)) {}

  // Requires: it succeeds before anything else is called.
  Status open() {
    Result<Contents> contents = contents_of(bytes_);
    if (!contents) return failure(std::move(contents));
    contents_ = *contents;
    return {};
  }

  Result<std::optional<Entry>> first_at_or_after(std::string_view target,
                                                 std::string& key) const override {
    // LAB 5.2  Begin at the restart point for the target, go on entry by entry, and put each key
    // together in `key`.
    // Hint: every read of the store that comes to a table comes through here. It needs
    // neither a walk nor a call of malloc.
    //[ throw todo("5.2", contents_, target, key, restart_for, read_entry, bad_entry(0));
    if (contents_.restarts() == 0) return std::nullopt;
    Result<std::size_t> point = restart_for(contents_, target);
    if (!point) return failure(std::move(point));
    key.clear();
    StoredEntry entry;
    for (std::size_t at = contents_.restart(*point); at < contents_.entries.size();
         at = entry.end) {
      if (!read_entry(contents_, at, key.size(), entry)) return failure(bad_entry(at));
      make_key(entry, key);
      if (!internal_key_less(key, target)) return Entry{key, entry.value};
    }
    return std::nullopt;
    //]
  }

  std::unique_ptr<InternalIterator> iterate(Direction direction) const override {
    if (direction == Direction::forward) return std::make_unique<ForwardWalk>(contents_);
    return std::make_unique<ReverseWalk>(contents_);
  }

  std::size_t bytes() const override { return sizeof(*this) + bytes_.capacity(); }

 private:
  const std::string bytes_;
  Contents contents_;  // of bytes_
};

}  // namespace

Result<std::unique_ptr<const Block>> make_block(std::string bytes) {
  auto block = std::make_unique<PrefixBlock>(std::move(bytes));
  if (Status opened = block->open(); !opened) return failure(std::move(opened));
  return block;
}

}  // namespace kv
