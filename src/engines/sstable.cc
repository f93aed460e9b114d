#include <utility>

#include "engines/engines.h"
#include "engines/logged.h"
#include "engines/tables.h"
#include "storage/read_view.h"

namespace kv {
namespace {

// All tables stand in one level.
std::vector<Maintenance::Level> levels_of(const TableArchive::Statistics& written) {
  if (written.tables == 0) return {};
  return {{.number = 0, .files = written.tables, .bytes = written.table_bytes}};
}

}  // namespace

Result<std::unique_ptr<Store>> open_sstable(const Options& options,
                                            const Environment& environment) {
  Result<TableArchiveParts> parts = table_parts(options);
  if (!parts) return failure(std::move(parts));
  const auto counted = std::make_shared<Counted<TableArchive>>(*std::move(parts));
  const auto make_archive = [counted](ArchivePlace place, std::size_t) {
    auto archive = make_table_archive(std::move(place), counted->parts);
    counted->archive = archive.get();
    return archive;
  };
  return open_logged_store(
      options, environment,
      {.name = "sstable",
       .default_log_bytes = default_write_buffer_bytes,
       .make_archive = make_archive,
       .make_read_view = make_read_view,
       .levels = [counted] { return levels_of(counted->archive->statistics()); },
       .count =
           [counted](Figures& figures) {
             counted->add_to(figures, counted->archive->statistics());
           }});
}

Result<std::unique_ptr<Store>> open_sstable(const Options& options) {
  Result<Environment> environment = real_environment();
  if (!environment) return failure(std::move(environment));
  return open_sstable(options, *environment);
}

}  // namespace kv
