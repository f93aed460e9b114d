#include "engines/engines.h"
#include "engines/volatile.h"
#include "storage/map_store.h"

namespace kv {

Result<std::unique_ptr<Store>> open_map(const Options& options) {
  if (Status fits = check_volatile("map", options); !fits) return failure(std::move(fits));
  return make_map_store(options);
}

}  // namespace kv
