#include "engines/engines.h"
#include "engines/logged.h"

namespace kv {

Result<std::unique_ptr<Store>> open_wal(const Options& options, const Environment& environment) {
  return open_logged_store(options, environment,
                           {.name = "wal",
                            .default_log_bytes = std::size_t{16} << 20,
                            .make_archive = make_checkpoint_archive});
}

Result<std::unique_ptr<Store>> open_wal(const Options& options) {
  Result<Environment> environment = real_environment();
  if (!environment) return failure(std::move(environment));
  return open_wal(options, *environment);
}

}  // namespace kv
