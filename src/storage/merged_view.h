#pragma once

// The read view of an engine that has levels: it finds as the view of stage 05 does
// (storage/read_view.h), and walks through a merging iterator (storage/merging_iterator.h).
// Threads, ownership and errors: as the other views.

#include <memory>
#include <vector>

#include "storage/read_view.h"

namespace kv {

std::shared_ptr<const ReadView> make_merged_view(
    std::vector<std::shared_ptr<const Source>> newest_first);

}  // namespace kv
