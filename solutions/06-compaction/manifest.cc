#include "persistence/manifest.h"

#include "base/todo.h"

namespace kv {

Result<std::unique_ptr<ManifestWriter>> start_manifest(FileSystem& files,
                                                       std::string_view directory,
                                                       std::uint64_t number,
                                                       const Version& version,
                                                       const SyncNames& sync_names) {
  throw todo("6.3", files, directory, number, version, sync_names);
}

Result<ReadManifest> read_manifest(std::string_view file, std::string_view path) {
  throw todo("6.3", file, path);
}

}  // namespace kv
