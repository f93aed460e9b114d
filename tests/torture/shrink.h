#pragma once

// Makes a history that shows a bug shorter, for whoever has to understand it.
//
// *Thread safety*: one thread at a time.

#include <functional>

#include "tests/torture/script.h"

namespace kv::torture {

// Takes steps out of the script as long as it still shows something wrong, and gives what is left.
// Gives up after a thousand tries with what it has.
Script shortest(Script script, const std::function<bool(const Script&)>& still_wrong);

}  // namespace kv::torture
