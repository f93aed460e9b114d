#pragma once

// How a broken store mistakes keys: the ones it stores are not the ones it is given. A store that
// orders keys wrongly stores them in a form whose right order is the wrong one.
//
// *Thread safety*: pure functions.

#include <string>
#include <string_view>

#include "tests/01-introduction/broken_stores.h"

namespace kv::test {

// The key under which the right store keeps what belongs to `key`.
std::string stored_key(Fault fault, std::string_view key);

// A bound of a range, or the key of a seek, as the right store must see it.
std::string stored_bound(Fault fault, std::string_view bound);

// The key that a caller sees for one that the right store delivers.
std::string shown_key(Fault fault, std::string_view stored);

}  // namespace kv::test
