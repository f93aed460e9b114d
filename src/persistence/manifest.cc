#include "persistence/manifest.h"

#include <fmt/format.h>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/quote.h"

namespace kv {

std::string manifest_path(std::string_view directory) { return join(directory, manifest_name); }

std::string encode_manifest_header(std::uint64_t number) {
  std::string out(manifest_layout::magic);
  append_fixed32(out, manifest_layout::version);
  append_fixed32(out, 0);
  append_fixed64(out, number);
  append_fixed64(out, checksum(out, 0));
  return out;
}

Result<std::uint64_t> decode_manifest_header(std::string_view file, std::string_view path) {
  std::string_view rest = file.substr(0, manifest_layout::header_bytes);
  if (rest.size() < manifest_layout::header_bytes || !rest.starts_with(manifest_layout::magic)) {
    return failure(Code::corruption,
                   fmt::format("{}, offset 0: this is not how a manifest begins; `kvcli salvage` "
                               "makes a new one of the tables that it finds",
                               quote(path)));
  }
  const std::uint64_t expected = checksum(rest.substr(0, 24), 0);
  rest.remove_prefix(manifest_layout::magic.size());
  std::uint32_t version = 0;
  std::uint32_t zero = 0;
  std::uint64_t number = 0;
  std::uint64_t sum = 0;
  const bool whole = take_fixed32(rest, version) && take_fixed32(rest, zero) &&
                     take_fixed64(rest, number) && take_fixed64(rest, sum);
  if (!whole || sum != expected) {
    return failure(Code::corruption,
                   fmt::format("{}, offset 0: the header's checksum is not its bytes'; `kvcli "
                               "salvage` makes a new manifest of the tables that it finds",
                               quote(path)));
  }
  if (version != manifest_layout::version) {
    return failure(Code::invalid_argument,
                   fmt::format("{} has format version {}, and this program reads {}; open it with "
                               "the version of kvdb that wrote it",
                               quote(path), version, manifest_layout::version));
  }
  return number;
}

Result<std::optional<ReadManifest>> find_manifest(const FileSystem& files,
                                                  std::string_view directory) {
  const std::string path = manifest_path(directory);
  Result<bool> exists = files.exists(path);
  if (!exists) return failure(std::move(exists));
  if (!*exists) return std::optional<ReadManifest>();
  Result<std::string> file = read_file(files, path);
  if (!file) return failure(std::move(file));
  Result<ReadManifest> read = read_manifest(*file, path);
  if (!read) return failure(std::move(read));
  return std::optional(*std::move(read));
}

}  // namespace kv
