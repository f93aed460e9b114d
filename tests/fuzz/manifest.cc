// A manifest of any bytes: it is read as a version that keeps its invariants, or is damaged; and an
// edit of any bytes. Each input is looked at as it is, and with its checksums set right.

#include "persistence/manifest.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/coding.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/summed.h"

namespace {

using kv::Code;
using kv::fuzz::demand;

constexpr std::string_view path = "db/manifest";

void look_at(const kv::Version& version) {
  const auto again = kv::apply({}, kv::as_edit(version));
  demand(again && *again == version, "a version is an edit of nothing");
}

void read_edit(std::string_view bytes) {
  const auto edit = kv::decode_edit(bytes);
  if (!edit) return demand(edit.error().code() == Code::corruption, "an edit is whole or damaged");
  const std::string encoded = kv::encode_edit(*edit);
  const auto again = kv::decode_edit(encoded);
  demand(again && *again == *edit, "an edit comes back");
  demand(encoded.size() == bytes.size(), "fields have one size, in whatever order they come");
  const auto version = kv::apply({}, *edit);
  if (!version) return demand(version.error().code() == Code::corruption, "an edit fits or not");
  look_at(*version);
}

void read_manifest(std::string_view bytes) {
  const auto header = kv::decode_manifest_header(bytes, path);
  const auto read = kv::read_manifest(bytes, path);
  if (!read) {
    return demand(
        read.error().code() == Code::corruption || read.error().code() == Code::invalid_argument,
        "a manifest is intact, damaged or of another version");
  }
  demand(header && *header == read->number, "a manifest has its header's number");
  demand(!read->closed || !read->dropped, "a manifest that was closed has no torn edit");
  if (read->dropped) {
    demand(read->dropped->offset + read->dropped->bytes == bytes.size(),
           "what is dropped goes up to the end");
    const auto before = kv::read_manifest(bytes.substr(0, read->dropped->offset), path);
    demand(before && before->version == read->version && !before->dropped,
           "what is dropped does not count");
  }
  look_at(read->version);
}

// The number that the header tells.
std::uint64_t number_in(std::string_view bytes) {
  std::string_view field = bytes.substr(std::min<std::size_t>(16, bytes.size()));
  std::uint64_t number = 0;
  return kv::take_fixed64(field, number) ? number : 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_edit(bytes);
  read_manifest(bytes);
  const std::string summed = kv::fuzz::summed(bytes, number_in(bytes));
  if (summed != bytes) read_manifest(summed);
  return 0;
}
