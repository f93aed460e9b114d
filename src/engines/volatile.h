#pragma once

// What every engine without a disk refuses, in one place.

#include <string_view>

#include "base/result.h"
#include "kv/options.h"

namespace kv {

// Ok, or `invalid_argument` where the options ask a volatile engine to keep something.
Status check_volatile(std::string_view engine, const Options& options);

}  // namespace kv
