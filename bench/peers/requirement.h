#pragma once

// Whether what a batch requires of a key is so: the same question in every peer.

#include <optional>
#include <string_view>

#include "base/quote.h"
#include "base/result.h"
#include "kv/batch.h"

namespace kv::peers {

// Ok, or `conflict`, naming the key. `value` is what the key has; nullopt: none.
inline Status check_requirement(const Batch::Operation& requirement,
                                std::optional<std::string_view> value) {
  const bool met = requirement.kind == Batch::Kind::require_absent
                       ? !value.has_value()
                       : value.has_value() && *value == requirement.value;
  if (met) return {};
  return failure(Code::conflict, "key " + abbreviated(requirement.key) +
                                     " is not as required; read it and try again");
}

}  // namespace kv::peers
