#include "persistence/manifest.h"

#include "persistence/file_header.h"

namespace kv {
namespace {

constexpr FileKind file_kind = {manifest_layout::magic, manifest_layout::version, "a manifest",
                                "`kvcli salvage` makes a new one of the tables that it finds"};
static_assert(manifest_layout::header_bytes == file_header_bytes);

}  // namespace

std::string encode_manifest_header(std::uint64_t number) {
  return encode_file_header(file_kind, {0, number, 0});
}

Result<std::uint64_t> decode_manifest_header(std::string_view file, std::string_view path) {
  const Result<FileHeader> header = decode_file_header(file, file_kind, path);
  if (!header) return failure(header.error());
  return header->first;
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
