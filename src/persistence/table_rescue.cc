#include "persistence/table_rescue.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/quote.h"
#include "storage/block.h"
#include "storage/block_cache.h"
#include "storage/internal_key.h"
#include "storage/table.h"
#include "storage/table_map.h"

namespace kv {
namespace {

// Goes through the parts of one file.
class Rescue {
 public:
  Rescue(const TableFile& file, const std::string& path, const AddVersion& add)
      : file_(file), path_(path), add_(add), table_(find_parts(file, path)) {}

  RescuedTable run() && {
    const std::uint64_t footer =
        file_.bytes.size() - std::min(file_.bytes.size(), table_layout::footer_bytes);
    if (table_.footer && table_.footer->number != file_.number) {
      lost(0, file_.bytes.size(),
           fmt::format("this is table {}, and should be {}", table_.footer->number, file_.number));
      return std::move(rescued_);
    }
    std::uint64_t end = 0;
    for (const FoundPart& part : table_.parts) {
      lost(end, part.handle.offset, "no intact block begins here");
      take(part);
      end = std::max(end, end_of(part.handle));
    }
    if (table_.footer) {
      lost(end, footer, "no intact block begins here");
    } else {
      lost(std::min(end, footer), file_.bytes.size(),
           file_.bytes.empty() ? "the file is empty"
                               : "no intact footer: blocks are found by themselves");
    }
    return std::move(rescued_);
  }

 private:
  // Notes the bytes from `begin` up to `end`, if there are any; an empty file is damage, too.
  void lost(std::uint64_t begin, std::uint64_t end, std::string what) {
    if (begin < end || file_.bytes.empty()) {
      rescued_.damages.push_back({path_, begin, end - begin, std::move(what)});
    }
  }

  void lost(const FoundPart& part, std::string what) {
    lost(part.handle.offset, end_of(part.handle), std::move(what));
  }

  void take(const FoundPart& part) {
    Result<OpenedBlock> opened = open_part(file_, part.handle, path_);
    switch (part.kind) {
      case PartKind::data: return take_data(part, std::move(opened));
      case PartKind::filter:
        if (!opened) lost(part, "the filter; it is made anew");
        return;
      case PartKind::index:
        if (!opened || !table_.index) lost(part, "the index; blocks are found by themselves");
        return;
      case PartKind::properties:
        if (opened) {
          if (auto decoded = decode_properties(opened->bytes, path_)) {
            rescued_.properties = *std::move(decoded);
            return;
          }
        }
        lost(part, "the table's properties; they are made anew");
        return;
    }
  }

  // Hands over the block's entries, all of them or none.
  void take_data(const FoundPart& part, Result<OpenedBlock> opened) {
    if (!opened) return lost(part, "a data block" + keys_of(part));
    const Result<std::unique_ptr<const Block>> block = make_block(std::move(opened->bytes));
    if (!block || !makes_sense(part, **block)) {
      return lost(part,
                  "a data block whose checksum is right, and that makes no sense" + keys_of(part));
    }
    const auto entries = (*block)->iterate(Direction::forward);
    while (entries->next()) {
      add_(*parse_internal_key(entries->key()), entries->value());
      last_key_ = entries->key();
    }
  }

  // Whether all entries can be read, stand in order, behind those before, and end as the index
  // says.
  bool makes_sense(const FoundPart& part, const Block& block) const {
    const TableIndex* const index = index_of(part);
    const std::size_t at = part.in_index.value_or(0);
    std::string last = last_key_;
    if (index != nullptr && at > 0) last = index->last_key(at - 1);
    const auto entries = block.iterate(Direction::forward);
    while (entries->next()) {
      if (!parse_internal_key(entries->key())) return false;
      if (!last.empty() && !internal_key_less(last, entries->key())) return false;
      last = entries->key();
    }
    return entries->status() && (index == nullptr || last == index->last_key(at));
  }

  // Which keys the block had, as far as the index tells.
  std::string keys_of(const FoundPart& part) const {
    const TableIndex* const index = index_of(part);
    if (index == nullptr) return "";
    const std::size_t at = part.in_index.value_or(0);
    const auto key = [&](std::size_t block) {
      return abbreviated(user_key_of(index->last_key(block)));
    };
    return at == 0 ? fmt::format(", of keys up to {}", key(0))
                   : fmt::format(", of keys from {} to {}", key(at - 1), key(at));
  }

  // The index, if it tells of this block.
  const TableIndex* index_of(const FoundPart& part) const {
    return part.in_index && table_.index ? &*table_.index : nullptr;
  }

  const TableFile file_;
  const std::string& path_;
  const AddVersion& add_;
  const TableMap table_;
  std::string last_key_;  // of what was handed over
  RescuedTable rescued_;
};

}  // namespace

Result<RescuedTable> rescue_table(std::string_view file, const std::string& path,
                                  TableNumber number, const AddVersion& add) {
  const std::size_t bytes = std::min(file.size(), table_layout::footer_bytes);
  const auto footer = decode_footer(file.substr(file.size() - bytes), file.size(), path);
  if (failed_with(Code::invalid_argument, footer)) return failure(footer.error());
  return Rescue({file, number}, path, add).run();
}

Result<RescuedTable> rescue_table_of(const FileSystem& files, std::string_view directory,
                                     TableNumber number, const AddVersion& add) {
  const std::string path = join(directory, table_name(number));
  const Result<std::string> bytes = read_file(files, path);
  if (!bytes) return failure(bytes.error());
  return rescue_table(*bytes, path, number, add);
}

Result<FoundTable> look_at_table(const FileSystem& files, std::string_view directory,
                                 TableNumber number) {
  FoundTable table{.number = number};
  const std::string path = join(directory, table_name(number));
  auto file = files.open(path);
  if (!file) return failure(std::move(file));
  const auto opened = open_table({.file = *std::move(file),
                                  .path = path,
                                  .number = number,
                                  .cache = make_block_cache(0),
                                  .statistics = std::make_shared<TableStatistics>()});
  Status whole = opened ? (*opened)->verify() : Status(failure(opened.error()));
  if (opened) table.properties = (*opened)->properties();
  if (whole) return table;
  if (whole.error().code() != Code::corruption) return failure(std::move(whole));
  table.damage = whole.error();
  if (table.properties) return table;
  const auto ignore = [](const InternalKey&, std::string_view) {};
  const auto rescued = rescue_table_of(files, directory, number, ignore);
  if (!rescued) return failure(rescued.error());
  table.properties = rescued->properties;
  return table;
}

Result<std::vector<FoundTable>> look_at_tables(const FileSystem& files,
                                               std::string_view directory) {
  Result<std::vector<std::string>> names = files.list(directory);
  if (!names) return failure(std::move(names));
  std::vector<TableNumber> numbers;
  for (const std::string& name : *names) {
    if (const auto number = table_number(name)) numbers.push_back(*number);
  }
  std::ranges::sort(numbers);
  std::vector<FoundTable> tables;
  for (const TableNumber number : numbers) {
    Result<FoundTable> table = look_at_table(files, directory, number);
    if (!table) return failure(std::move(table));
    tables.push_back(*std::move(table));
  }
  return tables;
}

}  // namespace kv
