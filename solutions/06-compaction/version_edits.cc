#include "base/todo.h"
#include "storage/version.h"

namespace kv {

std::string encode_edit(const VersionEdit& edit) { throw todo("6.2", edit); }

Result<VersionEdit> decode_edit(std::string_view bytes) { throw todo("6.2", bytes); }

Result<Version> apply(const Version& version, const VersionEdit& edit) {
  throw todo("6.2", version, edit);
}

}  // namespace kv
