#pragma once

// Reads of a read view at a sequence number, as a store and its snapshots make them.
//
// *Thread safety*: any thread. *Errors*: those of the view's sources.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kv/capabilities.h"
#include "kv/context.h"
#include "storage/shared_view.h"

namespace kv {

// The key's value. `not_found` where it has none.
Result<std::string> value_at(const ReadPoint& at, std::string_view key);

// Whether it has one.
Result<bool> has_value_at(const ReadPoint& at, std::string_view key);

// A walk over all versions, which keeps the view alive.
std::unique_ptr<InternalIterator> walk(const ReadViewPointer& view, Direction direction);

// Hands over the versions numbered from `first` to the point's, in the order of their numbers,
// until `each` returns false. Errors: those of the context as well, asked now and then.
Status changes_up_to(const ReadPoint& at, SequenceNumber first,
                     const std::function<bool(const Versioned::Change&)>& each,
                     const Context& context);

// A view of one source.
ReadViewPointer view_of(std::shared_ptr<const Source> source);

}  // namespace kv
