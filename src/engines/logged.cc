#include "engines/logged.h"

#include <fmt/format.h>

#include <utility>

#include "persistence/logged_commit.h"
#include "storage/visible_iterator.h"

namespace kv {
namespace {

constexpr std::size_t smallest_log_bytes = 4096;

// A record holds one batch, and with it the counts and the kinds of its changes.
constexpr std::size_t largest_record = log_layout::max_payload_bytes - 64;

Status check(const Options& options) {
  if (options.write_buffer_bytes.value_or(smallest_log_bytes) < smallest_log_bytes) {
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

Result<std::unique_ptr<Store>> open_logged_store(const Options& options,
                                                 const Environment& environment,
                                                 const LoggedEngine& engine) {
  if (Status fits = check(options); !fits) return failure(std::move(fits));
  const std::size_t log_bytes = options.write_buffer_bytes.value_or(engine.default_log_bytes);
  auto opened = open_logged_commit(
      *environment.files, environment.executor,
      {.directory = options.directory,
       .engine = engine.name,
       .takes_over = engine.takes_over,
       .durability = options.durability.value_or(Durability::wal),
       .log_bytes = log_bytes,
       .warn = environment.warn,
       .make_archive = [log_bytes, make = engine.make_archive](ArchivePlace place) {
         return make(std::move(place), log_bytes);
       }});
  if (!opened) return failure(std::move(opened));
  // The store owns it in the end, and asks it for room as long as it lives.
  std::unique_ptr<LoggedCommit> commit = *std::move(opened);
  LoggedCommit* const asked = commit.get();
  const auto start = [&](LsmTarget& target) -> Result<std::unique_ptr<Commit>> {
    if (Status started = asked->start(target); !started) return failure(std::move(started));
    return std::move(commit);
  };
  return make_lsm_store(
      options, {.make_memtable = make_memtable,
                .make_read_view = engine.make_read_view,
                .recover = [&](const AddVersion& add) { return asked->recover(add); },
                .make_commit = start,
                .make_visible_iterator = make_visible_iterator,
                .make_room = [asked, more = engine.make_room](const Context& context) -> Status {
                  if (asked->has_failed()) return {};
                  if (Status room = more ? more(context) : Status(); !room) return room;
                  return asked->make_room(context);
                },
                .compact = [asked, more = engine.compact](const Range& range,
                                                          const Context& context) -> Status {
                  if (!more) return asked->settle(context);
                  if (Status rolled = asked->roll(context); !rolled) return rolled;
                  if (Status settled = asked->settle(context); !settled) return settled;
                  return more(range, context);
                },
                .levels = engine.levels,
                .count = engine.count});
}

}  // namespace kv
