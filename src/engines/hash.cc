#include "engines/engines.h"
#include "engines/volatile.h"
#include "storage/hash_store.h"

namespace kv {

Result<std::unique_ptr<Store>> open_hash(const Options& options) {
  if (Status fits = check_volatile("hash", options); !fits) return failure(std::move(fits));
  return make_hash_store(options);
}

}  // namespace kv
