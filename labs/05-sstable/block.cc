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
  throw todo("5.2", bytes, damaged(0, ""), Contents());
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
  throw todo("5.2", contents, at, before, entry, take_lengths, tag_bytes);
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
  throw todo("5.2", contents, target, read_entry, bad_entry(0), internal_key_less);
}

class ForwardWalk final : public InternalIterator {
 public:
  explicit ForwardWalk(const Contents& contents) : contents_(contents) {}

 private:
  bool do_next() override {
    // LAB 5.2  Read the entry at at_, and make its key out of the one before.
    throw todo("5.2", contents_, at_, key_, read_entry, make_key, bad_entry(0));
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
    throw todo("5.2", contents_.end_of_interval(0), point_, key_, read_entry, bad_entry(0));
  }

  bool do_seek(std::string_view target) override {
    // LAB 5.2  To the last entry that is not behind the target.
    throw todo("5.2", contents_, point_, key_, target, restart_for, internal_key_less);
  }

  // Helpers and members of yours here.

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
    throw todo("5.2", contents_, target, key, restart_for, read_entry, bad_entry(0));
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
