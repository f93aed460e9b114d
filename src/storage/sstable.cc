#include "storage/sstable.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/coding.h"
#include "base/quote.h"
#include "storage/internal_key.h"

namespace kv {
namespace {

constexpr std::string_view remedy =
    "put back a copy of the file; `kvcli inspect` shows what is left of it, `kvcli salvage` saves "
    "that";

void append_number(std::string& out, std::string_view name, std::uint64_t number) {
  append_string(out, name);
  append_varint(out, varint_bytes(number));
  append_varint(out, number);
}

void append_bytes(std::string& out, std::string_view name, std::string_view bytes) {
  append_string(out, name);
  append_string(out, bytes);
}

// Properties by name, as they are read; the views point into the bytes. It remembers the first
// complaint, so that one may ask for all of them and then whether all were there.
class Fields {
 public:
  explicit Fields(std::string_view bytes) {
    while (!bytes.empty() && complaint_.empty()) take(bytes);
  }

  // The value of this name, empty where it is missing.
  std::string_view bytes(std::string_view name) {
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second;
    complain(fmt::format("{} is missing", quote(name)));
    return {};
  }

  std::uint64_t number(std::string_view name) {
    std::string_view value = bytes(name);
    std::uint64_t number = 0;
    if (!take_varint(value, number) || !value.empty()) {
      complain(fmt::format("{} is no number", quote(name)));
    }
    return number;
  }

  void complain(std::string complaint) {
    if (complaint_.empty()) complaint_ = std::move(complaint);
  }

  // Empty: none.
  const std::string& complaint() const { return complaint_; }

 private:
  void take(std::string_view& bytes) {
    const std::string_view before = values_.empty() ? "" : values_.rbegin()->first;
    std::string_view name;
    std::string_view value;
    if (!take_string(bytes, name) || !take_string(bytes, value)) {
      complain("a name or a value ends too early");
    } else if (!values_.empty() && name <= before) {
      complain(fmt::format("{} stands behind {}", abbreviated(name), abbreviated(before)));
    } else {
      values_.emplace_hint(values_.end(), name, value);
    }
  }

  std::map<std::string_view, std::string_view> values_;
  std::string complaint_;
};

bool are_in_order(std::string_view smallest, std::string_view largest) {
  return parse_internal_key(smallest) && parse_internal_key(largest) &&
         !internal_key_less(largest, smallest);
}

// What can't be true of any table, or an empty text.
std::string nonsense(const TableProperties& properties) {
  const auto& [blocks, bytes, entries, tombstones, smallest, largest, first, last] = properties;
  if (first > last || last > max_sequence) return "its sequence numbers make no sense";
  if (blocks > entries || tombstones > entries || bytes / tag_bytes < entries) {
    return "its counts contradict each other";
  }
  if (entries > 0 && blocks > 0 && are_in_order(smallest, largest)) return {};
  if (entries == 0 && smallest.empty() && largest.empty()) return {};
  return "its smallest and largest key make no sense";
}

}  // namespace

void append_handle(std::string& out, const BlockHandle& handle) {
  append_varint(out, handle.offset);
  append_varint(out, handle.bytes);
}

bool take_handle(std::string_view& input, BlockHandle& handle) {
  std::string_view rest = input;
  BlockHandle taken;
  if (!take_varint(rest, taken.offset) || !take_varint(rest, taken.bytes)) return false;
  handle = taken;
  input = rest;
  return true;
}

std::string encode_properties(const TableProperties& properties) {
  std::string out;
  append_number(out, "data.blocks", properties.data_blocks);
  append_number(out, "data.bytes", properties.data_bytes);
  append_number(out, "entries", properties.entries);
  append_bytes(out, "key.largest", properties.largest);
  append_bytes(out, "key.smallest", properties.smallest);
  append_number(out, "sequence.first", properties.first_sequence);
  append_number(out, "sequence.last", properties.last_sequence);
  append_number(out, "tombstones", properties.tombstones);
  return out;
}

Result<TableProperties> decode_properties(std::string_view bytes, std::string_view path) {
  Fields fields(bytes);
  TableProperties properties;
  properties.data_blocks = fields.number("data.blocks");
  properties.data_bytes = fields.number("data.bytes");
  properties.entries = fields.number("entries");
  properties.largest = fields.bytes("key.largest");
  properties.smallest = fields.bytes("key.smallest");
  properties.first_sequence = fields.number("sequence.first");
  properties.last_sequence = fields.number("sequence.last");
  properties.tombstones = fields.number("tombstones");
  if (fields.complaint().empty()) fields.complain(nonsense(properties));
  if (fields.complaint().empty()) return properties;
  return failure(Code::corruption, fmt::format("{}, its properties: {}; {}", quote(path),
                                               fields.complaint(), remedy));
}

std::unexpected<Error> damaged_table(std::string_view path, std::uint64_t offset,
                                     std::string_view what) {
  return failure(Code::corruption,
                 fmt::format("{}, offset {}: {}; {}", quote(path), offset, what, remedy));
}

std::string table_name(TableNumber number) { return numbered_name(number, table_suffix); }

}  // namespace kv
