#include "storage/memtable.h"

#include "engines/engines.h"
#include "engines/volatile.h"
#include "storage/lsm_store.h"
#include "storage/simple_commit.h"
#include "storage/visible_iterator.h"

namespace kv {

Result<std::unique_ptr<Store>> open_memtable(const Options& options) {
  if (Status fits = check_volatile("memtable", options); !fits) return failure(std::move(fits));
  return make_lsm_store(options, {.make_memtable = make_memtable,
                                  .make_commit = make_simple_commit,
                                  .make_visible_iterator = make_visible_iterator});
}

}  // namespace kv
