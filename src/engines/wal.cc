#include "persistence/wal.h"

#include <fmt/format.h>

#include "engines/engines.h"
#include "persistence/logged_commit.h"
#include "storage/lsm_store.h"
#include "storage/memtable.h"
#include "storage/visible_iterator.h"

namespace kv {
namespace {

constexpr std::size_t default_log_bytes = std::size_t{16} << 20;
constexpr std::size_t smallest_log_bytes = 4096;

// A record holds one batch, and with it the counts and the kinds of its changes.
constexpr std::size_t largest_record = log_layout::max_payload_bytes - 64;

Status check(const Options& options) {
  if (options.write_buffer_bytes.value_or(default_log_bytes) < smallest_log_bytes) {
    return failure(Code::invalid_argument,
                   fmt::format("Options::write_buffer_bytes is {}; the least is {}",
                               *options.write_buffer_bytes, smallest_log_bytes));
  }
  const Limits& limits = options.limits;
  const bool single_fits =
      limits.key_bytes <= largest_record && limits.value_bytes <= largest_record - limits.key_bytes;
  if (!single_fits || limits.batch_bytes > largest_record) {
    return failure(
        Code::invalid_argument,
        fmt::format("a record of the log holds {} bytes; lower Limits::{}", largest_record,
                    single_fits ? "batch_bytes" : "key_bytes or value_bytes"));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Store>> open_wal(const Options& options, const Environment& environment) {
  if (Status fits = check(options); !fits) return failure(std::move(fits));
  auto commit =
      open_logged_commit(*environment.files, environment.executor,
                         {.directory = options.directory,
                          .engine = "wal",
                          .durability = options.durability.value_or(Durability::wal),
                          .log_bytes = options.write_buffer_bytes.value_or(default_log_bytes),
                          .warn = environment.warn});
  if (!commit) return failure(std::move(commit));
  const auto recover = [&](const AddVersion& add) { return (*commit)->recover(add); };
  const auto start = [&](CommitTarget& target) -> Result<std::unique_ptr<Commit>> {
    if (Status started = (*commit)->start(target); !started) return failure(std::move(started));
    return *std::move(commit);
  };
  return make_lsm_store(options, {.make_memtable = make_memtable,
                                  .recover = recover,
                                  .make_commit = start,
                                  .make_visible_iterator = make_visible_iterator});
}

Result<std::unique_ptr<Store>> open_wal(const Options& options) {
  Result<Environment> environment = real_environment();
  if (!environment) return failure(std::move(environment));
  return open_wal(options, *environment);
}

}  // namespace kv
