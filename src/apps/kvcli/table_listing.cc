// A table's listing (apps/kvcli/listing.h).

#include <fmt/format.h>

#include <algorithm>

#include "apps/kvcli/listing_lines.h"
#include "apps/kvcli/record_lines.h"
#include "base/quote.h"
#include "storage/block.h"
#include "storage/internal_key.h"
#include "storage/table_map.h"

namespace kv::cli {
namespace {

std::string count_text(std::uint64_t count, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

std::string entry_text(const InternalKey& key, std::string_view value) {
  const std::string what =
      key.kind == EntryKind::put ? fmt::format("= {}", abbreviated(value)) : std::string("erased");
  return fmt::format("{} {}, by write {}", abbreviated(key.user_key), what, key.sequence);
}

std::string key_text(std::string_view internal_key) {
  const Result<InternalKey> key = parse_internal_key(internal_key);
  if (!key) return abbreviated(internal_key);
  return fmt::format("{} of write {}", abbreviated(key->user_key), key->sequence);
}

// storage/bloom_filter.h draws it: the bits, then a byte that counts the probes.
std::string filter_text(std::string_view filter) {
  if (filter.empty()) return "none";
  return fmt::format("of {} bits, {}", (filter.size() - 1) * 8,
                     count_text(static_cast<unsigned char>(filter.back()), "probe", "probes"));
}

// What an error of a table's function says, without the file, the place and the remedy around it.
std::string reason(const Error& error, std::string_view path, std::uint64_t offset) {
  const std::string around = damaged_table(path, offset, "").error().message();
  const std::size_t before = around.find(": ;") + 2;
  std::string_view message = error.message();
  const std::string_view behind = std::string_view(around).substr(before);
  if (!message.starts_with(std::string_view(around).substr(0, before))) {
    return std::string(message);
  }
  message.remove_prefix(before);
  if (message.ends_with(behind)) message.remove_suffix(behind.size());
  return std::string(message);
}

// Lists one table, part by part.
class TableListing {
 public:
  TableListing(const TableFile& file, std::string_view path, const Shown& shown, Printer printer)
      : file_(file),
        path_(path),
        shown_(shown),
        lines_(shown, printer),
        table_(find_parts(file, path)) {}

  Outcome list(std::optional<TableNumber> number) {
    heading();
    std::uint64_t end = 0;
    for (const FoundPart& part : table_.parts) {
      if (lines_.stopped()) return lines_.outcome();
      unknown(end, part.handle.offset);
      list_part(part);
      end = std::max(end, end_of(part.handle));
    }
    footer(end, number);
    if (table_.footer && table_.index && properties_ && lines_.damages() == 0) agree();
    lines_.print(fmt::format("{}: {}, {}; {}\n", printable(path_),
                             count_text(blocks_, "data block", "data blocks"),
                             count_text(entries_, "entry", "entries"), lines_.verdict()));
    return lines_.outcome();
  }

 private:
  void heading() {
    lines_.print(fmt::format("{}: table {}, {} bytes\n", printable(path_), file_.number,
                             file_.bytes.size()));
    if (!table_.footer) {
      lines_.print("   Its footer is damaged: what is shown was found by its own checksums.\n");
    }
    lines_.print("    offset     bytes  kind        content\n");
  }

  // A stretch before a part, in which none was found.
  void unknown(std::uint64_t begin, std::uint64_t end) {
    if (begin >= end) return;
    lines_.damage(begin, fmt::format("no intact block begins here: {} bytes are damaged; the next "
                                     "block is at {}",
                                     end - begin, end));
    last_key_.reset();
  }

  void list_part(const FoundPart& part) {
    Result<OpenedBlock> block = open_part(file_, part.handle, path_);
    if (!block) {
      lines_.damage(part.handle.offset,
                    fmt::format("{}, of {} bytes: {}", name_of(part.kind),
                                end_of(part.handle) - part.handle.offset,
                                reason(block.error(), path_, part.handle.offset)));
      if (part.kind == PartKind::data) last_key_.reset();
      return;
    }
    switch (part.kind) {
      case PartKind::data: return data(part, *std::move(block));
      case PartKind::index: return index(part, *block);
      case PartKind::properties: return properties(part, *block);
      case PartKind::filter: break;
    }
    show(part, filter_text(block->bytes));
  }

  void show(const FoundPart& part, std::string_view content,
            const std::vector<std::string>& details = {}, std::uint64_t count = 0) {
    lines_.part(part.handle.offset,
                fmt::format("{:>10} {:>9}  {:<11} {}\n", part.handle.offset,
                            end_of(part.handle) - part.handle.offset, name_of(part.kind), content),
                details, count);
  }

  void nonsense(const FoundPart& part, std::string_view what) {
    lines_.damage(part.handle.offset,
                  fmt::format("the block's checksum is right, and it makes no sense: {}", what));
  }

  void data(const FoundPart& part, OpenedBlock opened) {
    const std::string how = fmt::format(
        "{}, {} bytes", opened.how == Compression::none ? "as they are" : kv::name(opened.how),
        opened.bytes.size());
    const Result<std::unique_ptr<const Block>> block = make_block(std::move(opened.bytes));
    if (!block) return nonsense(part, block.error().message());
    std::vector<std::string> details;
    std::uint64_t count = 0;
    std::string wrong;
    const auto entries = (*block)->iterate(Direction::forward);
    while (wrong.empty() && entries->next()) {
      wrong = take(entries->key());
      if (!wrong.empty()) break;
      ++count;
      if (details.size() < shown_.changes) {
        details.push_back(entry_text(*parse_internal_key(entries->key()), entries->value()));
      }
    }
    if (Status walked = entries->status(); !walked) wrong = walked.error().message();
    ++blocks_;
    entries_ += count;
    show(part, fmt::format("{} ({})", count_text(count, "entry", "entries"), how), details, count);
    const bool is_last = !part.in_index || last_key_ == table_.index->last_key(*part.in_index);
    if (wrong.empty() && !is_last) wrong = "it does not end with the key that the index tells";
    if (!wrong.empty()) nonsense(part, wrong);
  }

  // Counts an entry. What is wrong with its key, or an empty text.
  std::string take(std::string_view key) {
    const Result<InternalKey> parsed = parse_internal_key(key);
    if (!parsed) return parsed.error().message();
    if (last_key_ && !internal_key_less(*last_key_, key)) {
      return fmt::format("{} does not come behind {}", key_text(key), key_text(*last_key_));
    }
    last_key_ = key;
    tombstones_ += parsed->kind == EntryKind::tombstone ? 1 : 0;
    return {};
  }

  void index(const FoundPart& part, const OpenedBlock& opened) {
    if (!table_.index) return nonsense(part, index_error(opened.bytes));
    const TableIndex& index = *table_.index;
    std::vector<std::string> details;
    for (std::size_t at = 0; at < std::min<std::uint64_t>(index.size(), shown_.changes); ++at) {
      details.push_back(fmt::format("up to {}: the block at {}", key_text(index.last_key(at)),
                                    index.handle(at).offset));
    }
    show(part, fmt::format("of {}", count_text(index.size(), "data block", "data blocks")), details,
         index.size());
  }

  static std::string index_error(const std::string& bytes) {
    const Result<std::unique_ptr<const Block>> block = make_block(bytes);
    if (!block) return block.error().message();
    const Status loaded = TableIndex().load(**block, bytes.size());
    return loaded ? "" : loaded.error().message();
  }

  void properties(const FoundPart& part, const OpenedBlock& opened) {
    const Result<TableProperties> decoded = decode_properties(opened.bytes, path_);
    if (!decoded) return nonsense(part, decoded.error().message());
    properties_ = *decoded;
    std::vector<std::string> details;
    if (decoded->entries > 0) {
      details = {fmt::format("from {}", key_text(decoded->smallest)),
                 fmt::format("up to {}", key_text(decoded->largest))};
    }
    show(part,
         fmt::format("writes {}; {}, {} of them {}; {}, {} bytes",
                     range_text(decoded->first_sequence,
                                decoded->last_sequence - decoded->first_sequence + 1),
                     count_text(decoded->entries, "entry", "entries"), decoded->tombstones,
                     decoded->tombstones == 1 ? "a tombstone" : "tombstones",
                     count_text(decoded->data_blocks, "data block", "data blocks"),
                     decoded->data_bytes),
         details, details.size());
  }

  // What stands behind the last part.
  void footer(std::uint64_t end, std::optional<TableNumber> number) {
    const std::uint64_t begin =
        file_.bytes.size() - std::min(file_.bytes.size(), table_layout::footer_bytes);
    if (!table_.footer) {
      if (end != begin) {
        lines_.damage(end, fmt::format("no intact block begins here, nor behind: {} bytes are "
                                       "damaged, or cut off",
                                       file_.bytes.size() - end));
      } else {
        lines_.damage(begin,
                      fmt::format("footer: {}", reason(table_.footer.error(), path_, begin)));
      }
      return;
    }
    unknown(end, begin);
    lines_.part(begin,
                fmt::format("{:>10} {:>9}  {:<11} table {}; filter at {}, index at {}, properties "
                            "at {}\n",
                            begin, table_layout::footer_bytes, "footer", table_.footer->number,
                            table_.footer->filter.offset, table_.footer->index.offset,
                            table_.footer->properties.offset),
                {}, 0);
    lines_.tell_hidden();
    if (number && *number != table_.footer->number) {
      lines_.damage(begin, fmt::format("the footer says that this is table {}; a table counts "
                                       "under its own name alone",
                                       table_.footer->number));
    }
  }

  // Whether what the parts say of each other holds.
  void agree() {
    const Status whole =
        check_parts(*table_.footer, *table_.index, *properties_, file_.bytes.size(), path_);
    const std::uint64_t offset = table_.footer->properties.offset;
    if (!whole) return lines_.damage(offset, whole.error().message());
    if (entries_ == properties_->entries && tombstones_ == properties_->tombstones) return;
    lines_.damage(
        offset, fmt::format("the properties count {} entries and {} tombstones, and there "
                            "are {} and {}",
                            properties_->entries, properties_->tombstones, entries_, tombstones_));
  }

  const TableFile file_;
  const std::string path_;
  const Shown shown_;
  ListingLines lines_;
  const TableMap table_;
  std::optional<TableProperties> properties_;
  std::optional<std::string> last_key_;  // of the entries so far; none behind damage
  std::uint64_t blocks_ = 0;
  std::uint64_t entries_ = 0;
  std::uint64_t tombstones_ = 0;
};

}  // namespace

Outcome list_table(std::string_view bytes, const std::string& path,
                   std::optional<TableNumber> number, const Shown& shown, Printer printer) {
  const auto footer =
      decode_footer(bytes.substr(bytes.size() - std::min(bytes.size(), table_layout::footer_bytes)),
                    bytes.size(), path);
  if (failed_with(Code::invalid_argument, footer)) return usage_error(footer.error().message());
  if (!footer && !number) {
    return usage_error(
        fmt::format("the footer of {} is damaged, and the name doesn't tell which table it was; "
                    "name it as the store did, as in 000007.sst",
                    quote(path)));
  }
  const TableFile file{bytes, footer ? footer->number : *number};
  return TableListing(file, path, shown, printer).list(number);
}

}  // namespace kv::cli
