#include "storage/internal_key.h"

#include "base/todo.h"

namespace kv {

bool internal_key_less(std::string_view a, std::string_view b) {
  // LAB 3.1  User keys ascending, byte by byte; of one user key the higher tag first. Layout and
  // order: storage/internal_key.h.
  // Hint: user_key_of() and tag_of() take an internal key apart. Every comparison of the whole
  // store ends up here, so ask for each thing once.
  throw todo("3.1", user_key_of(a), user_key_of(b), tag_of(a), tag_of(b));
}

std::uint64_t visible_from(SequenceNumber sequence) {
  // LAB 3.1  Of all tags with a number up to `sequence`, the one whose place is the first.
  // Hint: a write that put a value and one that erased it differ in the tag too.
  throw todo("3.1", pack_tag(sequence, EntryKind::put));
}

}  // namespace kv
